// Runs the benchmarks of a program; prints the number of threads and the instruction set.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "lacuna/base/instruction_set.h"
#include "lacuna/base/threads.h"

int main(int argc, char** argv) {
  if (!std::getenv("LACUNA_NUM_THREADS")) lacuna::set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::AddCustomContext("threads", std::to_string(lacuna::num_threads()));
  benchmark::AddCustomContext("instruction set", lacuna::instruction_set());
  benchmark::RunSpecifiedBenchmarks();
}
