// Products with sparse matrices, as a sparse autoencoder needs them: few of its latents are active on a token, so
// its decoder, and the gradients of both halves, touch few rows of the weights.
//
// Rows of weights lie together in memory. Each loop below runs over rows or columns in parallel, and writes only what
// is its own, so results do not depend on how many threads there are.

#include "guard.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <cstring>
#include <limits>
#include <torch/csrc/autograd/custom_function.h>
#include <vector>

using ct::status;
using ct::tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The widest vectors of the machine, found when the program starts.
#if defined(__x86_64__) && defined(__linux__)
#define CT_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CT_WIDE
#endif

CT_WIDE static float ct_dot(const float *a, const float *b, int64_t n) {
    float sums[32] = {};
    int64_t i = 0;
    for (; i + 32 <= n; i += 32)
        for (int j = 0; j < 32; ++j) sums[j] += a[i + j] * b[i + j];
    float sum = 0;
    for (; i < n; ++i) sum += a[i] * b[i];
    for (int width = 16; width; width /= 2)
        for (int j = 0; j < width; ++j) sums[j] += sums[j + width];
    return sum + sums[0];
}

CT_WIDE static void ct_axpy(float scale, const float *x, float *y, int64_t n) {
    for (int64_t i = 0; i < n; ++i) y[i] += scale * x[i];
}

/// Whether one of 64 numbers is above a limit.
CT_WIDE static bool ct_any_above(const float *x, float limit) {
    int any = 0;
    for (int i = 0; i < 64; ++i) any |= x[i] > limit;
    return any;
}

namespace {

struct Entry {
    float value;
    int64_t column;
};

/// Larger values first; of equal ones, the first column.
bool before(const Entry &a, const Entry &b) {
    return a.value != b.value ? a.value > b.value : a.column < b.column;
}

/// The k largest elements of a row that are above `floor`, by column.
void largest_of_row(const float *row, int64_t n, int64_t k, float floor, std::vector<Entry> &found) {
    found.clear();
    size_t keep = static_cast<size_t>(k), room = std::max<size_t>(2 * keep, 64);
    float limit = floor;
    auto cut = [&] {
        std::nth_element(found.begin(), found.begin() + k - 1, found.end(), before);
        found.resize(keep);
        limit = found.back().value;
    };
    for (int64_t start = 0; start < n; start += 64) {
        int64_t end = std::min(start + 64, n);
        if (end - start == 64 && !ct_any_above(row + start, limit)) continue;
        for (int64_t j = start; j < end; ++j)
            if (row[j] > limit) found.push_back({row[j], j});
        if (found.size() >= room) cut();
    }
    if (found.size() > keep) cut();
    std::sort(found.begin(), found.end(), [](auto &a, auto &b) { return a.column < b.column; });
}

/// The value that `count` elements of a matrix reach, or a little less, so that few reach it in vain.
float reached_by(const float *x, int64_t n, int64_t count, float floor) {
    // Floats in the order of their values, by their 16 highest bits.
    auto bin = [](float value) {
        uint32_t bits;
        std::memcpy(&bits, &value, 4);
        return (bits & 0x80000000u ? ~bits : bits | 0x80000000u) >> 16;
    };
    int64_t part = (n + 63) / 64;
    std::vector<std::vector<int64_t>> counts(64);
    at::parallel_for(0, 64, 1, [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; ++p) {
            counts[p].assign(1 << 16, 0);
            for (int64_t i = p * part; i < std::min((p + 1) * part, n); ++i)
                if (x[i] > floor) ++counts[p][bin(x[i])];
        }
    });
    int64_t sum = 0;
    for (int b = (1 << 16) - 1; b >= 0; --b) {
        for (auto &own : counts) sum += own[b];
        if (sum >= count) {
            uint32_t bits = static_cast<uint32_t>(b) << 16;
            bits = bits & 0x80000000u ? bits & 0x7fffffffu : ~bits;
            float value;
            std::memcpy(&value, &bits, 4);
            return value;
        }
    }
    return floor;
}

struct Pattern {
    const int64_t *offsets, *columns;
    int64_t rows, count;

    Pattern(const at::Tensor &offsets, const at::Tensor &columns)
        : offsets(offsets.const_data_ptr<int64_t>()), columns(columns.const_data_ptr<int64_t>()),
          rows(offsets.size(0) - 1), count(columns.size(0)) {
        TORCH_CHECK(rows >= 0 && this->offsets[0] == 0 && this->offsets[rows] == count, "the pattern is broken");
    }

    void check(int64_t wide) const {
        for (int64_t i = 0; i < count; ++i) TORCH_CHECK(columns[i] >= 0 && columns[i] < wide, "no such column");
    }
};

at::Tensor plain(const at::Tensor &x) {
    TORCH_CHECK(x.scalar_type() == at::kFloat && x.device().is_cpu(), "sparse products are float32, on the CPU");
    return x.contiguous();
}

/// At each place (i, j): a_i . b_j
at::Tensor sampled(const at::Tensor &a, const at::Tensor &b, const at::Tensor &offsets, const at::Tensor &columns) {
    Pattern pattern(offsets, columns);
    int64_t d = a.size(1);
    auto result = at::empty({pattern.count}, a.options());
    auto *pa = a.const_data_ptr<float>(), *pb = b.const_data_ptr<float>();
    auto *out = result.mutable_data_ptr<float>();
    at::parallel_for(0, pattern.rows, 16, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
            for (int64_t e = pattern.offsets[i]; e < pattern.offsets[i + 1]; ++e)
                out[e] = ct_dot(pa + i * d, pb + pattern.columns[e] * d, d);
    });
    return result;
}

/// S b
at::Tensor product(const at::Tensor &values, const at::Tensor &offsets, const at::Tensor &columns, const at::Tensor &b) {
    Pattern pattern(offsets, columns);
    int64_t d = b.size(1);
    auto result = at::zeros({pattern.rows, d}, b.options());
    auto *v = values.const_data_ptr<float>(), *pb = b.const_data_ptr<float>();
    auto *out = result.mutable_data_ptr<float>();
    at::parallel_for(0, pattern.rows, 16, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
            for (int64_t e = pattern.offsets[i]; e < pattern.offsets[i + 1]; ++e)
                ct_axpy(v[e], pb + pattern.columns[e] * d, out + i * d, d);
    });
    return result;
}

/// S^T a
at::Tensor transposed_product(const at::Tensor &values, const at::Tensor &offsets, const at::Tensor &columns,
                              const at::Tensor &a, int64_t wide) {
    Pattern pattern(offsets, columns);
    int64_t d = a.size(1);
    // Places by column, each column's in the order of rows.
    std::vector<int64_t> starts(wide + 1, 0), order(pattern.count), rows(pattern.count);
    for (int64_t e = 0; e < pattern.count; ++e) ++starts[pattern.columns[e] + 1];
    for (int64_t j = 0; j < wide; ++j) starts[j + 1] += starts[j];
    auto next = starts;
    for (int64_t i = 0; i < pattern.rows; ++i)
        for (int64_t e = pattern.offsets[i]; e < pattern.offsets[i + 1]; ++e) {
            auto place = next[pattern.columns[e]]++;
            order[place] = e;
            rows[place] = i;
        }
    auto result = at::zeros({wide, d}, a.options());
    auto *v = values.const_data_ptr<float>(), *pa = a.const_data_ptr<float>();
    auto *out = result.mutable_data_ptr<float>();
    at::parallel_for(0, wide, 16, [&](int64_t begin, int64_t end) {
        for (int64_t j = begin; j < end; ++j)
            for (int64_t p = starts[j]; p < starts[j + 1]; ++p)
                ct_axpy(v[order[p]], pa + rows[p] * d, out + j * d, d);
    });
    return result;
}

struct SampledProduct : torch::autograd::Function<SampledProduct> {
    static at::Tensor forward(AutogradContext *ctx, const at::Tensor &a, const at::Tensor &b,
                              const at::Tensor &offsets, const at::Tensor &columns) {
        ctx->save_for_backward({a, b, offsets, columns});
        return sampled(a, b, offsets, columns);
    }
    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto saved = ctx->get_saved_variables();
        auto g = gradients[0].contiguous();
        at::Tensor ga, gb;
        if (ctx->needs_input_grad(0)) ga = product(g, saved[2], saved[3], saved[1]);
        if (ctx->needs_input_grad(1)) gb = transposed_product(g, saved[2], saved[3], saved[0], saved[1].size(0));
        return {ga, gb, {}, {}};
    }
};

struct SparseProduct : torch::autograd::Function<SparseProduct> {
    static at::Tensor forward(AutogradContext *ctx, const at::Tensor &values, const at::Tensor &offsets,
                              const at::Tensor &columns, const at::Tensor &b) {
        ctx->save_for_backward({values, offsets, columns, b});
        return product(values, offsets, columns, b);
    }
    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto saved = ctx->get_saved_variables();
        auto g = gradients[0].contiguous();
        at::Tensor gv, gb;
        if (ctx->needs_input_grad(0)) gv = sampled(g, saved[3], saved[1], saved[2]);
        if (ctx->needs_input_grad(3)) gb = transposed_product(saved[0], saved[1], saved[2], g, saved[3].size(0));
        return {gv, {}, {}, gb};
    }
};

}  // namespace

int ct_sparse_largest(const CTTensor *x, int64_t k, bool each_row, bool positive, CTTensor **offsets,
                      CTTensor **columns) {
    return status([&] {
        at::NoGradGuard off;
        auto matrix = plain(x->value.detach());
        TORCH_CHECK(matrix.dim() == 2 && k >= 1, "a matrix and at least 1 are needed");
        int64_t rows = matrix.size(0), n = matrix.size(1);
        auto *data = matrix.const_data_ptr<float>();
        float floor = positive ? 0 : -std::numeric_limits<float>::infinity();
        std::vector<std::vector<Entry>> found(rows);
        int64_t most = each_row ? std::min(k, n) : n, all = k * rows;
        float reached = each_row ? floor : reached_by(data, rows * n, all, floor);
        at::parallel_for(0, rows, 16, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                if (each_row) {
                    largest_of_row(data + i * n, n, most, floor, found[i]);
                } else {
                    for (int64_t j = 0; j < n; ++j) {
                        float value = data[i * n + j];
                        if (value >= reached && value > floor) found[i].push_back({value, j});
                    }
                }
            }
        });
        if (!each_row) {
            std::vector<float> values;
            for (auto &row : found)
                for (auto &entry : row) values.push_back(entry.value);
            if (static_cast<int64_t>(values.size()) > all) {
                std::nth_element(values.begin(), values.begin() + all - 1, values.end(), std::greater<float>());
                float last = values[all - 1];
                // Of those that are exactly as large as the last, the first stay.
                int64_t equal = all - std::count_if(values.begin(), values.end(), [&](float v) { return v > last; });
                for (auto &row : found)
                    row.erase(std::remove_if(row.begin(), row.end(), [&](auto &entry) {
                        return entry.value < last || (entry.value == last && equal-- <= 0);
                    }), row.end());
            }
        }
        auto starts = at::empty({rows + 1}, at::kLong);
        auto *start = starts.mutable_data_ptr<int64_t>();
        start[0] = 0;
        for (int64_t i = 0; i < rows; ++i) start[i + 1] = start[i] + static_cast<int64_t>(found[i].size());
        auto places = at::empty({start[rows]}, at::kLong);
        auto *place = places.mutable_data_ptr<int64_t>();
        for (auto &row : found)
            for (auto &entry : row) *place++ = entry.column;
        *offsets = ct::own(starts);
        *columns = ct::own(places);
    });
}

CTTensor *ct_sampled_product(const CTTensor *a, const CTTensor *b, const CTTensor *offsets, const CTTensor *columns) {
    return tensor([&] {
        auto left = plain(a->value), right = plain(b->value);
        TORCH_CHECK(left.dim() == 2 && right.dim() == 2 && left.size(1) == right.size(1), "widths differ");
        Pattern pattern(offsets->value, columns->value);
        TORCH_CHECK(pattern.rows == left.size(0), "the pattern has other rows");
        pattern.check(right.size(0));
        return SampledProduct::apply(left, right, offsets->value, columns->value);
    });
}

CTTensor *ct_sparse_product(const CTTensor *values, const CTTensor *offsets, const CTTensor *columns,
                            const CTTensor *b) {
    return tensor([&] {
        auto v = plain(values->value), right = plain(b->value);
        Pattern pattern(offsets->value, columns->value);
        TORCH_CHECK(right.dim() == 2 && v.dim() == 1 && v.size(0) == pattern.count, "the pattern has other places");
        pattern.check(right.size(0));
        return SparseProduct::apply(v, offsets->value, columns->value, right);
    });
}
