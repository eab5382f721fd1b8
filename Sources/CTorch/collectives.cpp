// Processes that compute together, over libtorch's Gloo.

#include "guard.h"

#define USE_C10D_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cstdlib>
#include <map>

struct CTProcessGroup {
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
};

CTProcessGroup *ct_process_group(const char *host, uint16_t port, bool serves, const char *prefix, int rank, int size,
                                 double seconds) {
    CTProcessGroup *result = nullptr;
    ct::status([&] {
        auto timeout = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
        c10d::TCPStoreOptions place;
        place.port = port;
        place.isServer = serves;
        place.timeout = timeout;
        // Everybody waits for everybody when the connections are made; the store need not.
        place.waitWorkers = false;
        auto store = c10::make_intrusive<c10d::TCPStore>(host, place);
        auto own = c10::make_intrusive<c10d::PrefixStore>(prefix, store);
        auto options = c10d::ProcessGroupGloo::Options::create(timeout);
        const char *interface = std::getenv("GLOO_SOCKET_IFNAME");
        options->devices.push_back(interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                                             : c10d::ProcessGroupGloo::createDefaultDevice());
        auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(own, rank, size, options);
        result = new CTProcessGroup{store, group};
    });
    return result;
}

void ct_process_group_free(CTProcessGroup *group) { delete group; }

int ct_all_reduce_sum(const CTProcessGroup *group, const CTTensor *const *tensors, int count) {
    return ct::status([&] {
        // Small tensors travel together: one message for each element type.
        std::map<at::ScalarType, std::vector<at::Tensor>> kinds;
        for (int i = 0; i < count; ++i) kinds[tensors[i]->value.scalar_type()].push_back(tensors[i]->value);
        at::NoGradGuard off;
        for (auto &[type, parts] : kinds) {
            std::vector<at::Tensor> flat;
            for (auto &part : parts) flat.push_back(part.reshape({-1}).cpu());
            std::vector<at::Tensor> message{at::cat(flat)};
            group->group->allreduce(message)->wait();
            int64_t start = 0;
            for (auto &part : parts) {
                part.copy_(message[0].narrow(0, start, part.numel()).view_as(part));
                start += part.numel();
            }
        }
    });
}
