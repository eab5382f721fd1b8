// Sums over GPUs; in nccl.cpp, apart, since it alone needs NVIDIA's headers.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace ct {

/// Throws where NCCL cannot add up on this device, in a sentence for the user.
void require_nccl(at::Device device);

/// libtorch's NCCL, once all `size` processes have come to the store; later calls wait as long as this one.
c10::intrusive_ptr<c10d::Backend> over_nccl(const c10::intrusive_ptr<c10d::Store> &store, int rank, int size,
                                            std::chrono::milliseconds timeout);

}  // namespace ct
