// What training needs beside layers: activations that are computed again, and the optimiser.

#include "guard.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

using ct::status;
using ct::tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

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
