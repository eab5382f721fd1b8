// Layers with a backward pass of their own. Each composes operators of the engine; what it saves
// over their automatic composition is memory kept for the backward pass, and passes over it.

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

/// A part of the forward pass whose activations are computed again for the backward pass.
struct Body {
    CTTensor *(*run)(void *, const CTTensor *);
    void (*release)(void *);
    void *context;

    Body(CTTensor *(*run)(void *, const CTTensor *), void (*release)(void *), void *context)
        : run(run), release(release), context(context) {}
    Body(const Body &) = delete;
    ~Body() { release(context); }

    at::Tensor operator()(const at::Tensor &x) const {
        CTTensor input{x};
        auto *output = run(context, &input);
        if (!output) throw std::runtime_error(ct_last_error());
        auto value = output->value;
        ct_free(output);
        return value;
    }
};

struct Checkpoint : torch::autograd::Function<Checkpoint> {
    struct Holder : torch::CustomClassHolder {
        std::shared_ptr<Body> body;
        explicit Holder(std::shared_ptr<Body> body) : body(std::move(body)) {}
    };

    static at::Tensor forward(AutogradContext *ctx, const at::Tensor &x, std::shared_ptr<Body> body) {
        ctx->save_for_backward({x});
        ctx->saved_data["body"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(body));
        return (*body)(x);
    }
    static variable_list backward(AutogradContext *ctx, variable_list gradients) {
        auto x = ctx->get_saved_variables()[0].detach().requires_grad_();
        auto capsule = ctx->saved_data["body"].toCapsule();
        auto &body = *static_cast<Holder *>(capsule.get())->body;
        {
            at::AutoGradMode recording(true);
            body(x).backward(gradients[0]);
        }
        return {x.grad(), {}};
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

int ct_token_log_probabilities(const CTTensor *hidden, const CTTensor *weight, const CTTensor *transposed,
                               const CTTensor *targets, int64_t chunk, CTTensor **result, CTTensor **best) {
    return status([&] {
        auto both = TokenLogProbabilities::apply(hidden->value, weight->value, ct::optional(transposed), targets->value,
                                                 chunk, recording(hidden));
        *result = ct::own(both[0]);
        *best = ct::own(both[1]);
    });
}

CTTensor *ct_checkpoint(const CTTensor *x, CTTensor *(*run)(void *, const CTTensor *), void (*release)(void *),
                        void *context) {
    auto body = std::make_shared<Body>(run, release, context);
    return tensor([&] { return Checkpoint::apply(x->value, body); });
}

int ct_adamw_(const CTTensor *const *parameters, const CTTensor *const *gradients, const CTTensor *const *means,
              const CTTensor *const *squares, int count, int64_t step, double rate, double beta1, double beta2,
              double decay, double epsilon) {
    return status([&] {
        std::vector<at::Tensor> p, g, m, v, steps;
        for (int i = 0; i < count; ++i) {
            p.push_back(parameters[i]->value);
            g.push_back(gradients[i]->value);
            m.push_back(means[i]->value);
            v.push_back(squares[i]->value);
            steps.push_back(at::full({}, static_cast<double>(step), p.back().options().dtype(at::kFloat)));
        }
        at::NoGradGuard off;
        at::_fused_adamw_(p, g, m, v, {}, steps, rate, beta1, beta2, decay, epsilon, false, false);
    });
}
