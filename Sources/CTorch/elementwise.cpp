// Layers between the products, each with a backward pass of its own that keeps less memory than the
// automatic composition.

#include "guard.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

using ct::tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

/// Rotates pairs (i, i + D/2) of the last dimension, each by the angle that `cos` and `sin` hold for it.
struct Rotary : torch::autograd::Function<Rotary> {
    /// x * cos + (-x2, x1) * sin, or its transpose.
    static at::Tensor turned(const at::Tensor &x, const at::Tensor &cos, const at::Tensor &sin, bool back) {
        int64_t half = x.size(-1) / 2;
        auto first = sin.narrow(-1, 0, half), second = sin.narrow(-1, half, half);
        auto y = x * cos;
        y.narrow(-1, 0, half).addcmul_(x.narrow(-1, half, half), back ? second : first, back ? 1 : -1);
        y.narrow(-1, half, half).addcmul_(x.narrow(-1, 0, half), back ? first : second, back ? -1 : 1);
        return y;
    }
    static at::Tensor forward(AutogradContext *ctx, const at::Tensor &x, const at::Tensor &cos,
                              const at::Tensor &sin) {
        ctx->save_for_backward({cos, sin});
        return turned(x, cos, sin, false);
    }
    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto saved = ctx->get_saved_variables();
        return {turned(gradients[0], saved[0], saved[1], true), {}, {}};
    }
};

struct RMSNorm : torch::autograd::Function<RMSNorm> {
    static at::Tensor forward(AutogradContext *ctx, const at::Tensor &x, const at::Tensor &weight, double epsilon) {
        auto wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
        auto norm = at::linalg_vector_norm(wide, 2, at::IntArrayRef{-1}, true);
        auto reciprocal = norm.square_().div_(static_cast<double>(x.size(-1))).add_(epsilon).rsqrt_();
        ctx->save_for_backward({x, weight, reciprocal});
        return (wide * reciprocal).to(x.scalar_type()).mul_(weight);
    }
    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto saved = ctx->get_saved_variables();
        auto x = saved[0], weight = saved[1], reciprocal = saved[2];
        auto type = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
        auto g = gradients[0].to(type), normed = x.to(type) * reciprocal;
        at::Tensor gx, gw;
        if (ctx->needs_input_grad(1)) {
            gw = (g * normed).reshape({-1, g.size(-1)}).sum(0).to(weight.scalar_type());
        }
        if (ctx->needs_input_grad(0)) {
            auto scaled = g * weight;
            auto along = (scaled * normed).mean(-1, true);
            gx = scaled.addcmul_(normed, along, -1).mul_(reciprocal).to(x.scalar_type());
        }
        return {gx, gw, {}};
    }
};

/// silu(gate) * up; the activated gate is computed again for the backward pass.
struct SwiGLU : torch::autograd::Function<SwiGLU> {
    static at::Tensor forward(AutogradContext *ctx, const at::Tensor &gate, const at::Tensor &up) {
        ctx->save_for_backward({gate, up});
        return at::silu(gate).mul_(up);
    }
    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto saved = ctx->get_saved_variables();
        auto gate = saved[0], up = saved[1], g = gradients[0];
        auto gup = at::silu(gate).mul_(g);
        return {at::silu_backward(g * up, gate), gup};
    }
};

}  // namespace

// Without a gradient to come, the engine's own operators are shorter.
static bool recording(const CTTensor *a, const CTTensor *b = nullptr) {
    return c10::GradMode::is_enabled() && (a->value.requires_grad() || (b && b->value.requires_grad()));
}

CTTensor *ct_rotary(const CTTensor *x, const CTTensor *cos, const CTTensor *sin) {
    return tensor([&] {
        if (recording(x)) return Rotary::apply(x->value, cos->value, sin->value);
        int64_t half = x->value.size(-1) / 2;
        auto first = x->value.narrow(-1, 0, half), second = x->value.narrow(-1, half, half);
        return x->value * cos->value + at::cat({second.neg(), first}, -1) * sin->value;
    });
}

CTTensor *ct_rms_norm(const CTTensor *x, const CTTensor *weight, double epsilon) {
    return tensor([&] {
        if (recording(x, weight)) return RMSNorm::apply(x->value, weight->value, epsilon);
        return at::rms_norm(x->value, {x->value.size(-1)}, weight->value, epsilon);
    });
}

CTTensor *ct_swiglu(const CTTensor *gate, const CTTensor *up) {
    return tensor([&] {
        if (recording(gate, up)) return SwiGLU::apply(gate->value, up->value);
        return at::silu(gate->value).mul_(up->value);
    });
}
