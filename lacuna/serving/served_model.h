// A model from a served file: the network, made again, and its weights where they are mapped. Nothing of it
// changes, so threads share it; each run has a Workspace of its own.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lacuna/serving/predictor.h"
#include "lacuna/serving/rebuilt.h"
#include "lacuna/tensor/row_source.h"

namespace lacuna::serving {

class ServedFile;

class ServedModel {
 public:
  ServedModel(const std::string& path, const PredictorOptions& options);

  const std::string& path() const { return path_; }
  const Rebuilt& network() const { return network_; }
  const std::vector<Predictor::Input>& inputs() const { return inputs_; }
  const std::vector<Predictor::Output>& outputs() const { return outputs_; }

  // A weight whose rows each plan reads into a table of its own.
  struct Table {
    Symbol weight{};
    std::shared_ptr<const RowSource> rows{};
  };
  const std::vector<Table>& tables() const { return tables_; }

 private:
  void describe(const ServedFile& file);

  std::string path_;
  Rebuilt network_{};
  std::vector<Table> tables_{};
  std::vector<Predictor::Input> inputs_{};
  std::vector<Predictor::Output> outputs_{};
};

}  // namespace lacuna::serving
