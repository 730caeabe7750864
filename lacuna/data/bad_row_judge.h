// Counts the bad rows of a pass, in the order of the rows, and ends it where there are too many.
#pragma once
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/data/dataset.h"

namespace lacuna::data {

class BadRowJudge {
 public:
  // where: the start of error messages. sources: the files that are read. before: the rows that a pass which
  // begins in the midst leaves out. The options must outlive this.
  BadRowJudge(const char* where, const BadRowOptions& options, const std::vector<std::string>& sources,
              const BadRowReport& before);

  // Throws InvalidArgument at the first bad row (raise), or if there are too many (skip).
  void judge(const RowBlock& block);
  // Throws if the rejects were not written. Returns the report.
  BadRowReport finish();
  const BadRowReport& report() const { return report_; }

 private:
  void reject(const BadRow& row);

  const char* where_;
  const BadRowOptions& options_;
  BadRowReport report_;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> rejects_{};
};

}  // namespace lacuna::data
