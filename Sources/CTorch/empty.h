// Nothing: libtorch's own headers are C++ and are included by CLibTorch alone.
