// Products, the layers of a transformer, and gradients.

#include "guard.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd.h>

using ct::own;
using ct::status;
using ct::tensor;

CTTensor *ct_matmul(const CTTensor *a, const CTTensor *b) {
    return tensor([&] { return at::matmul(a->value, b->value); });
}

CTTensor *ct_linear(const CTTensor *x, const CTTensor *weight, const CTTensor *bias) {
    return tensor([&] { return at::linear(x->value, weight->value, ct::optional(bias)); });
}

// oneDNN's own weight layout, through the operators that torch.compile uses: two to three times as
// fast as a plain product at every batch size measured (docs/lab-log.md).
CTTensor *ct_pack_linear(const CTTensor *weight) {
    return tensor([&] {
        static auto pack =
            c10::Dispatcher::singleton()
                .findSchemaOrThrow("mkldnn::_reorder_linear_weight", "")
                .typed<at::Tensor(const at::Tensor &, std::optional<int64_t>)>();
        return pack.call(weight->value, std::nullopt);
    });
}

CTTensor *ct_packed_linear(const CTTensor *x, const CTTensor *packed, const CTTensor *bias) {
    return tensor([&] {
        static auto linear =
            c10::Dispatcher::singleton()
                .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
                .typed<at::Tensor(const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &,
                                  std::string_view, c10::List<std::optional<at::Scalar>>,
                                  std::optional<std::string_view>)>();
        return linear.call(x->value, packed->value, ct::optional(bias), "none",
                           c10::List<std::optional<at::Scalar>>(), "");
    });
}

CTTensor *ct_embedding(const CTTensor *weight, const CTTensor *indices) {
    return tensor([&] { return at::embedding(weight->value, indices->value); });
}
CTTensor *ct_softmax(const CTTensor *a, int64_t dim) {
    return tensor([&] { return a->value.softmax(dim); });
}
CTTensor *ct_log_softmax(const CTTensor *a, int64_t dim) {
    return tensor([&] { return a->value.log_softmax(dim); });
}

CTTensor *ct_layer_norm(const CTTensor *x, const CTTensor *weight, const CTTensor *bias, double epsilon) {
    return tensor([&] {
        return at::layer_norm(x->value, {x->value.size(-1)}, ct::optional(weight), ct::optional(bias), epsilon);
    });
}

CTTensor *ct_attention(const CTTensor *q, const CTTensor *k, const CTTensor *v, const CTTensor *mask, bool causal,
                       double scale) {
    return tensor([&] {
        return at::scaled_dot_product_attention(q->value, k->value, v->value, ct::optional(mask), /*dropout_p=*/0,
                                                causal, scale);
    });
}

CTTensor *ct_cross_entropy(const CTTensor *logits, const CTTensor *targets, int64_t ignored) {
    return tensor([&] {
        return at::cross_entropy_loss(logits->value, targets->value, {}, at::Reduction::Mean, ignored);
    });
}

// Gradients

int ct_set_requires_grad(CTTensor *a, bool required) {
    return status([&] { a->value.requires_grad_(required); });
}
bool ct_requires_grad(const CTTensor *a) { return a->value.requires_grad(); }
int ct_backward(const CTTensor *a) {
    return status([&] { a->value.backward(); });
}
CTTensor *ct_grad(const CTTensor *a) {
    return a->value.grad().defined() ? own(a->value.grad()) : nullptr;
}
int ct_clear_grad(CTTensor *a) {
    return status([&] { a->value.mutable_grad() = at::Tensor(); });
}
int ct_gradients(const CTTensor *output, const CTTensor *const *inputs, int count, CTTensor **gradients) {
    return status([&] {
        std::vector<at::Tensor> with;
        for (int i = 0; i < count; ++i) with.push_back(inputs[i]->value);
        auto result = torch::autograd::grad({output->value.sum()}, with);
        for (int i = 0; i < count; ++i) gradients[i] = own(result[i]);
    });
}
