import Testing

/// Everything that runs the program: one run at a time, since each takes the whole processor.
@Suite("The program gred", .serialized)
struct ProgramTests {}
