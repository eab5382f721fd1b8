// The torch wheel brings Gloo inside its libraries, but not its headers. libtorch's own header of its
// Gloo backend names these types only behind pointers, so their names are nearly all it needs. Where
// the real headers are there, they are found first.
#pragma once

#include <chrono>

namespace gloo {
class Context {
  public:
    void setTimeout(std::chrono::milliseconds timeout);
};
}
