// Processes that compute together, over libtorch's Gloo or NCCL.

#include "backends.h"
#include "guard.h"

#define USE_C10D_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cstdlib>
#include <map>

struct CTProcessGroup {
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<c10d::Backend> backend;
    /// Where sums are made; what lies elsewhere goes there and back.
    at::Device place;
    bool has_failed = false;
};

static c10::intrusive_ptr<c10d::Backend> over_gloo(const c10::intrusive_ptr<c10d::Store> &store, int rank, int size,
                                                   std::chrono::milliseconds timeout) {
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    const char *interface = std::getenv("GLOO_SOCKET_IFNAME");
    options->devices.push_back(interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                                         : c10d::ProcessGroupGloo::createDefaultDevice());
    return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
}

int ct_require_collectives(const char *device) {
    return ct::status([&] {
        if (at::Device place(device); place.is_cuda()) ct::require_nccl(place);
    });
}

CTProcessGroup *ct_process_group(const char *host, uint16_t port, bool serves, const char *prefix, int rank, int size,
                                 double seconds, const char *device) {
    CTProcessGroup *result = nullptr;
    ct::status([&] {
        at::Device place(device);
        if (place.is_cuda()) {
            ct::require_nccl(place);
        } else {
            place = at::kCPU;
        }
        auto timeout = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
        c10d::TCPStoreOptions address;
        address.port = port;
        address.isServer = serves;
        address.timeout = timeout;
        // Everybody waits for everybody when the connections are made; the store need not.
        address.waitWorkers = false;
        auto store = c10::make_intrusive<c10d::TCPStore>(host, address);
        auto own = c10::make_intrusive<c10d::PrefixStore>(prefix, store);
        auto backend = place.is_cuda() ? ct::over_nccl(own, rank, size, timeout) : over_gloo(own, rank, size, timeout);
        result = new CTProcessGroup{store, backend, place};
    });
    return result;
}

void ct_process_group_free(CTProcessGroup *group) {
    // After a failure the others may never come to an end that would wait for them.
    ct::status([&] { group->has_failed ? group->backend->abort() : group->backend->shutdown(); });
    delete group;
}

int ct_all_reduce_sum(CTProcessGroup *group, const CTTensor *const *tensors, int count) {
    int status = ct::status([&] {
        // Small tensors travel together: one message for each element type.
        std::map<at::ScalarType, std::vector<at::Tensor>> kinds;
        for (int i = 0; i < count; ++i) kinds[tensors[i]->value.scalar_type()].push_back(tensors[i]->value);
        at::NoGradGuard off;
        for (auto &[type, parts] : kinds) {
            std::vector<at::Tensor> flat;
            for (auto &part : parts) flat.push_back(part.reshape({-1}).to(group->place));
            std::vector<at::Tensor> message{at::cat(flat)};
            group->backend->allreduce(message)->wait();
            int64_t start = 0;
            for (auto &part : parts) {
                part.copy_(message[0].narrow(0, start, part.numel()).view_as(part));
                start += part.numel();
            }
        }
    });
    if (status != 0) group->has_failed = true;
    return status;
}
