// Linear layers with a frozen weight. The backward pass is their own, composed of operators of the
// engine; what it saves is memory kept for the backward pass, and passes over it.

#include "guard.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

using ct::status;
using ct::tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

at::Tensor packed_product(const at::Tensor &x, const at::Tensor &packed) {
    static auto linear =
        c10::Dispatcher::singleton()
            .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
            .typed<at::Tensor(const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &,
                              std::string_view, c10::List<std::optional<at::Scalar>>,
                              std::optional<std::string_view>)>();
    return linear.call(x, packed, std::nullopt, "none", c10::List<std::optional<at::Scalar>>(), "");
}

/// x W^T, whichever layout W has.
at::Tensor product(const at::Tensor &x, const at::Tensor &weight) {
    return weight.is_mkldnn() ? packed_product(x, weight) : at::linear(x, weight);
}

/// g W, by the transposed packed weight where there is one.
at::Tensor product_back(const at::Tensor &g, const at::Tensor &weight, const std::optional<at::Tensor> &transposed) {
    return transposed ? packed_product(g.contiguous(), *transposed) : at::matmul(g, weight);
}

/// Linear layer with a frozen weight and, if `a` is there, a low-rank update: x W^T + s (x A^T) B^T.
struct FrozenLinear : torch::autograd::Function<FrozenLinear> {
    static at::Tensor forward(AutogradContext *ctx, const at::Tensor &x, const at::Tensor &weight,
                              const std::optional<at::Tensor> &transposed, const std::optional<at::Tensor> &a,
                              const std::optional<at::Tensor> &b, double scale) {
        auto y = product(x, weight);
        if (a) {
            auto low = at::linear(x, a->to(x.scalar_type()));
            y.view({-1, y.size(-1)}).addmm_(low.reshape({-1, low.size(-1)}), b->to(x.scalar_type()).t(), 1, scale);
            ctx->save_for_backward({x, low, *a, *b});
        }
        ctx->saved_data["weight"] = weight;
        ctx->saved_data["transposed"] = transposed;
        ctx->saved_data["scale"] = scale;
        ctx->saved_data["adapted"] = a.has_value();
        return y;
    }

    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto g = gradients[0];
        bool wanted = ctx->needs_input_grad(0);
        auto gx = wanted ? product_back(g, ctx->saved_data["weight"].toTensor(),
                                        ctx->saved_data["transposed"].toOptional<at::Tensor>())
                         : at::Tensor();
        if (!ctx->saved_data["adapted"].toBool()) return {gx, {}, {}, {}, {}, {}};
        auto saved = ctx->get_saved_variables();
        auto x = saved[0], low = saved[1], a = saved[2], b = saved[3];
        double scale = ctx->saved_data["scale"].toDouble();
        auto type = x.scalar_type();
        auto rows = g.reshape({-1, g.size(-1)});
        auto glow = at::matmul(rows, b.to(type)).mul_(scale);
        auto gb = at::matmul(rows.t(), low.reshape({-1, low.size(-1)})).mul_(scale).to(b.scalar_type());
        auto ga = at::matmul(glow.t(), x.reshape({-1, x.size(-1)})).to(a.scalar_type());
        if (wanted) gx.view({-1, gx.size(-1)}).addmm_(glow, a.to(type));
        return {gx, {}, {}, ga, gb, {}};
    }
};

/// Log-probabilities of targets under a frozen output layer, a chunk of rows at a time.
///
/// The gradient of each with respect to its own row, W[t] - sum_v p_v W_v, does not depend on what
/// comes behind it; so it is computed at once, and no row of logits outlives its chunk.
struct TokenLogProbabilities : torch::autograd::Function<TokenLogProbabilities> {
    static variable_list forward(AutogradContext *ctx, const at::Tensor &hidden, const at::Tensor &weight,
                                 const std::optional<at::Tensor> &transposed, const at::Tensor &targets,
                                 int64_t chunk, bool recording) {
        int64_t n = hidden.size(0);
        auto wide = hidden.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
        auto result = at::empty({n}, hidden.options().dtype(wide));
        auto best = at::empty({n}, targets.options().dtype(at::kBool));
        auto slopes = recording ? at::empty_like(hidden) : at::Tensor();
        for (int64_t start = 0; start < n; start += chunk) {
            int64_t count = std::min(chunk, n - start);
            auto target = targets.narrow(0, start, count).unsqueeze(1);
            auto logits = product(hidden.narrow(0, start, count), weight).to(wide);
            auto most = logits.amax(-1, true);
            auto chosen = logits.gather(1, target).sub_(most);
            logits.sub_(most).exp_();
            auto sum = logits.sum(-1, true);
            result.narrow(0, start, count).copy_((chosen - sum.log()).squeeze(1));
            best.narrow(0, start, count).copy_(chosen.ge(0).squeeze(1));
            if (recording) {
                logits.scatter_add_(1, target, -sum);
                auto slope = product_back(logits.to(hidden.scalar_type()), weight, transposed);
                slopes.narrow(0, start, count).copy_(slope.div_(sum).neg_());
            }
        }
        ctx->mark_non_differentiable({best});
        if (recording) ctx->save_for_backward({slopes});
        return {result, best};
    }
    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto slopes = ctx->get_saved_variables()[0];
        return {slopes * gradients[0].unsqueeze(1).to(slopes.scalar_type()), {}, {}, {}, {}, {}};
    }
};

}  // namespace

CTTensor *ct_frozen_linear(const CTTensor *x, const CTTensor *weight, const CTTensor *transposed, const CTTensor *a,
                           const CTTensor *b, double scale) {
    return tensor([&] {
        return FrozenLinear::apply(x->value, weight->value, ct::optional(transposed), ct::optional(a), ct::optional(b), scale);
    });
}

CTTensor *ct_unpack_transposed(const CTTensor *packed) {
    return tensor([&] { return packed->value.to_dense().t().contiguous(); });
}

int ct_token_log_probabilities(const CTTensor *hidden, const CTTensor *weight, const CTTensor *transposed,
                               const CTTensor *targets, int64_t chunk, CTTensor **result, CTTensor **best) {
    return status([&] {
        auto both = TokenLogProbabilities::apply(hidden->value, weight->value, ct::optional(transposed), targets->value,
                                                 chunk,
                                                 c10::GradMode::is_enabled() && hidden->value.requires_grad());
        *result = ct::own(both[0]);
        *best = ct::own(both[1]);
    });
}
