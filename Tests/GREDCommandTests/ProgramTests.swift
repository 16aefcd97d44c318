import Testing

/// Everything that runs the program. Each test has a folder and a cache of its own, so that they run side
/// by side: most of a run is spent by one thread.
@Suite("The program gred")
struct ProgramTests {}
