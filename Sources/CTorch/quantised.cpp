// Linear layers whose weight is held in 8 or 4 bits a number, by the engine's packed operators for
// the CPU. Inference only: no gradient passes.
//
// The operators read activations and scales as bfloat16 and add up in float32. They trust what they
// are given, so shapes are checked here.

#include "guard.h"

#include <algorithm>
#include <limits>

using ct::own;
using ct::status;
using ct::tensor;

namespace {

/// Rows of a weight that are taken at a time, so that what is made on the way stays small. The packed
/// layouts are panels of at most 64 rows, one behind the other.
constexpr int64_t part = 4096;
/// Columns must fill the vectors that the operators load.
constexpr int64_t lanes = 16;
/// From so many rows of `x` on, 8 bits are widened first: the packed operator reads the whole weight
/// again for every four rows.
constexpr int64_t many = 32;

void check_weight(const at::Tensor &w) {
    TORCH_CHECK(w.dim() == 2 && w.is_cpu() && w.is_floating_point(), "a matrix of real numbers, on the CPU");
    // The kernels count with 32 bits.
    TORCH_CHECK(w.numel() > 0 && w.numel() <= std::numeric_limits<int32_t>::max(), "too many numbers");
}

void check_activations(const at::Tensor &x, int64_t in) {
    TORCH_CHECK(x.scalar_type() == at::kFloat && x.is_cpu() && x.dim() > 0 && x.size(-1) == in,
                "activations are float32 on the CPU, their last dimension ", in);
}

/// As bfloat16 in memory of its own, which is aligned.
at::Tensor narrowed(const at::Tensor &x) { return x.contiguous().to(at::kBFloat16); }

at::Tensor widened(const at::Tensor &y, const at::Tensor &x, int64_t out) {
    auto shape = x.sizes().vec();
    shape.back() = out;
    return y.to(at::kFloat).view(shape);
}

/// Rows of 8 bits as the numbers they stand for.
at::Tensor numbers(const at::Tensor &values, const at::Tensor &scales) {
    return values.to(at::kFloat).mul_(scales.to(at::kFloat).unsqueeze(1));
}

} // namespace

bool ct_holds_int8(int64_t columns) { return columns > 0 && columns % lanes == 0; }

bool ct_holds_int4(int64_t rows, int64_t columns, int64_t group) {
    return rows > 0 && rows % lanes == 0 && (group == 32 || group == 64 || group == 128 || group == 256) &&
           columns > 0 && columns % group == 0;
}

int ct_pack_int8(const CTTensor *weight, CTTensor **values, CTTensor **scales) {
    return status([&] {
        auto &w = weight->value;
        check_weight(w);
        int64_t out = w.size(0), in = w.size(1);
        TORCH_CHECK(ct_holds_int8(in), "rows of ", in, " numbers are not held in 8 bits");
        auto packed = at::empty({out, in}, w.options().dtype(at::kChar));
        // Kernels of some machines load four scales at once, also the last ones.
        auto scale = at::empty({out + 3}, w.options().dtype(at::kBFloat16)).narrow(0, 0, out);
        for (int64_t start = 0; start < out; start += part) {
            int64_t count = std::min(part, out - start);
            auto rows = w.narrow(0, start, count).to(at::kFloat);
            auto most = rows.abs().amax(-1);
            TORCH_CHECK(most.isfinite().all().item<bool>(), "the weight holds what is no number");
            // Rounded as the operator reads it before anything is divided by it.
            auto step = most.div(127).to(at::kBFloat16);
            auto divisor = step.to(at::kFloat);
            divisor.masked_fill_(divisor.eq(0), 1);
            packed.narrow(0, start, count).copy_(rows.div(divisor.unsqueeze(1)).round_().clamp_(-127, 127));
            scale.narrow(0, start, count).copy_(step);
        }
        *values = own(packed);
        *scales = own(scale);
    });
}

int ct_pack_int4(const CTTensor *weight, int64_t group, CTTensor **values, CTTensor **scales) {
    return status([&] {
        auto &w = weight->value;
        check_weight(w);
        int64_t out = w.size(0), in = w.size(1);
        TORCH_CHECK(ct_holds_int4(out, in, group), "a weight of [", out, ", ", in, "] is not held in 4 bits");
        int64_t groups = in / group;
        auto packed = at::empty({out, in / 2}, w.options().dtype(at::kByte));
        auto pairs = at::empty({groups, out, 2}, w.options().dtype(at::kBFloat16));
        for (int64_t start = 0; start < out; start += part) {
            int64_t count = std::min(part, out - start);
            auto rows = w.narrow(0, start, count).to(at::kFloat).reshape({count, groups, group});
            auto low = rows.amin(-1), high = rows.amax(-1);
            TORCH_CHECK(low.isfinite().logical_and(high.isfinite()).all().item<bool>(),
                        "the weight holds what is no number");
            // A number q of 0 to 15 stands for zero + (q - 8) step, both rounded as the operator reads them.
            auto step = high.sub(low).div(15).to(at::kBFloat16);
            auto wide = step.to(at::kFloat);
            auto zero = low.add(wide, 8).to(at::kBFloat16);
            auto divisor = wide.masked_fill(wide.eq(0), 1);
            auto q = rows.sub(zero.to(at::kFloat).unsqueeze(-1)).div_(divisor.unsqueeze(-1)).add_(8).round_().clamp_(0, 15);
            packed.narrow(0, start, count)
                .copy_(at::_convert_weight_to_int4pack_for_cpu(q.reshape({count, in}).to(at::kInt), 2).view({count, in / 2}));
            pairs.narrow(1, start, count).copy_(at::stack({step, zero}, -1).transpose(0, 1));
        }
        *values = own(packed);
        *scales = own(pairs);
    });
}

CTTensor *ct_int8_linear(const CTTensor *x, const CTTensor *values, const CTTensor *scales) {
    return tensor([&] {
        auto &w = values->value;
        int64_t out = w.size(0), in = w.size(1);
        check_activations(x->value, in);
        auto a = x->value.reshape({-1, in});
        if (a.size(0) < many) {
            return widened(at::_weight_int8pack_mm(narrowed(a), w, scales->value), x->value, out);
        }
        auto y = at::empty({a.size(0), out}, a.options());
        constexpr int64_t width = 1024;
        for (int64_t start = 0; start < out; start += width) {
            int64_t count = std::min(width, out - start);
            auto result = y.narrow(1, start, count);
            at::mm_out(result, a, numbers(w.narrow(0, start, count), scales->value.narrow(0, start, count)).t());
        }
        return widened(y, x->value, out);
    });
}

CTTensor *ct_int4_linear(const CTTensor *x, const CTTensor *values, int64_t group, const CTTensor *scales) {
    return tensor([&] {
        auto &w = values->value;
        int64_t out = w.size(0), in = 2 * w.size(1);
        check_activations(x->value, in);
        auto a = narrowed(x->value.reshape({-1, in}));
        return widened(at::_weight_int4pack_mm_for_cpu(a, w, group, scales->value), x->value, out);
    });
}

CTTensor *ct_int8_rows(const CTTensor *values, const CTTensor *scales, const CTTensor *indices) {
    return tensor([&] {
        auto flat = indices->value.reshape({-1});
        auto shape = indices->value.sizes().vec();
        shape.push_back(values->value.size(1));
        return numbers(values->value.index_select(0, flat), scales->value.index_select(0, flat)).view(shape);
    });
}
