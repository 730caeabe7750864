// Model: a network that can be compiled, trained, evaluated and saved. It is a handle: copies are the same
// model. Thread-safe: threads never see half a step of each other (graph/turn.h), and a second fit waits for
// the first.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/network/network.h"
#include "lacuna/training/trainer.h"

namespace LACUNA_EXPORT lacuna {

struct SaveOptions {
  bool overwrite = true;  // false: an existing file is an error.
  bool include_optimizer = true;
};

struct LoadWeightsOptions {
  bool by_name = false;        // Into layers of the same names; otherwise in order.
  bool skip_mismatch = false;  // By name: layers that do not fit keep theirs, with a warning.
  bool reshape = false;        // Values of another shape are taken, in C order, if there are as many.
};

class Model {
 public:
  Model(const Symbol& input, const Symbol& output, const std::string& name = {});
  Model(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, const std::string& name = {});
  virtual ~Model() = default;
  Model(const Model&) = default;
  Model& operator=(const Model&) = default;

  const std::string& name() const { return name_; }
  void set_name(const std::string& name);

  // Optimizer, loss and metrics: by name, settings, or functions of (y_true, y_pred).
  virtual void compile(const CompileOptions& options);

  // Trains for options.epochs epochs. x: csr or dense, one array, a list, or by input name; rows of x and y
  // belong together. The user's arrays are never changed. A last partial batch is trained as it is.
  History fit(const Arrays& x, const Arrays& y, const FitOptions& options = {});

  // Predicts each row of x and then trains on it, in their order: what a model that learns as data comes
  // would have said, and how well, in one pass. With batch_size, so many rows are predicted and learned at a
  // time.
  Progressive progressive(const Arrays& x, const Arrays& y, const ProgressiveOptions& options = {});
  Progressive progressive(const data::Dataset& dataset, const ProgressiveOptions& options = {});

  // The loss and then the metrics, as metrics_names() names them: means over all rows.
  std::vector<double> evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options = {});

  // A row for each row of x, which may have none. The model must have one output, and that must be dense.
  tensor::Dense predict(const Arrays& x, const PredictOptions& options = {});
  // An array for each output, csr where the output is.
  std::vector<Tensor> predict_all(const Arrays& x, const PredictOptions& options = {});

  // The same for a dataset (data/csv.h), whose rows need not fit in memory:
  //   model.fit(data::csv({"day_*.gz"}, {.columns = …}), {.batch_size = 4096});
  History fit(const data::Dataset& dataset, const FitOptions& options = {});
  std::vector<double> evaluate(const data::Dataset& dataset, const EvaluateOptions& options = {});
  tensor::Dense predict(const data::Dataset& dataset, const PredictOptions& options = {});
  std::vector<Tensor> predict_all(const data::Dataset& dataset, const PredictOptions& options = {});

  // Hands out the outputs of each batch, so that neither rows nor predictions need fit in memory. The tensors
  // are valid during the call, in which the model cannot be used.
  void predict_each(const data::Dataset& dataset, const Trainer::OnPredicted& on_predicted,
                    const PredictOptions& options = {});

  // The same for batches that come one by one, such as from a function:
  //   model.fit_generator(BatchGenerator([&]() -> std::optional<Batch> { … }), {.steps_per_epoch = 10});
  History fit_generator(BatchSource& source, const FitOptions& options = {});
  History fit_generator(BatchSource&& source, const FitOptions& options = {}) {
    return fit_generator(source, options);
  }
  std::vector<double> evaluate_generator(BatchSource& source, const EvaluateOptions& options = {});
  std::vector<Tensor> predict_generator(BatchSource& source, const PredictOptions& options = {});

  // One training step, or one evaluation or prediction, on all rows at once. Metrics with a state go on
  // from batch to batch: see Trainer.
  std::vector<double> train_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight = {},
                                     const ClassWeights& class_weight = {},
                                     std::optional<bool> reset_metrics = {});
  std::vector<double> test_on_batch(const Arrays& x, const Arrays& y, const Arrays& sample_weight = {},
                                    std::optional<bool> reset_metrics = {});
  void reset_metrics() { trainer().reset_metrics(); }
  std::vector<Tensor> predict_on_batch(const Arrays& x);

  // Layer by layer, kernel before bias.
  std::vector<tensor::Dense> get_weights() { return network().get_weights(); }
  void set_weights(const std::vector<tensor::Dense>& values) { network().set_weights(values); }
  Dim count_params() { return network().count_params(); }
  // Adds a symbol to the loss of what is compiled from now on, which then needs no other loss. Files do not
  // keep it.
  void add_loss(const Symbol& loss) { network().add_loss(loss); }
  // Adds a value that fit and evaluate report, averaged over the rows, once it is compiled again.
  void add_metric(const Symbol& value, const std::string& name) { network().add_metric(value, name); }
  std::string summary(size_t line_length = 0);
  std::vector<Network::SummaryRow> summary_rows();  // What it shows of each layer.
  // What each op does with a batch, the first batch_size rows of x: in a prediction or, with y, in a training
  // step up to its gradients. Changes nothing; .table() formats it.
  Explanation explain(const Arrays& x, const Arrays& y = {}, Dim batch_size = 32);
  std::vector<std::string> metrics_names();

  // Layers, settings and connections, by Keras' names, without weights; as JSON with the class name. A user's
  // own layers must be known to the library (layers::known) to be made again.
  virtual Config get_config();
  std::string to_json();
  static Model from_config(const Config& config);
  // The arguments of compile, by names, as compile_options reads them; none before compile.
  virtual std::optional<Config> training_config() const;

  // Saves layers, weights and, if compiled, the optimizer with its state, so that training goes on with the
  // same bits. Keras 2 can read the file if no weight is sparse. An existing file is replaced in one atomic
  // step.
  void save(const std::string& path, const SaveOptions& options = {});
  std::string save_to_bytes(bool include_optimizer = true);  // The same in memory.
  void save_weights(const std::string& path, const SaveOptions& options = {});
  std::string save_weights_to_bytes();
  // Reads the weights of such a file, or of one of Keras. If they do not fit, throws and changes none.
  void load_weights(const std::string& path, const LoadWeightsOptions& options = {});
  void load_weights_from_bytes(const std::string& bytes, const LoadWeightsOptions& options = {});

  // A text that files of the model keep, and load_model gives back: the command line keeps there how rows are
  // read. Empty unless set.
  std::string note();
  void set_note(const std::string& note);

  // Sets the flag of the model and of its layers. Training uses the flags as they were at compile, and warns
  // if they were changed since.
  virtual void set_trainable(bool trainable);
  virtual bool trainable();
  virtual void set_itself_trainable(bool trainable);  // Without its layers, whose flags stay.

  // The shapes of the outputs for inputs of these shapes, the batch first and None for an open dimension. The
  // model stays as it is: a Sequential needs no weights for it, and makes none.
  virtual std::vector<Shape> compute_output_shapes(const std::vector<Shape>& input_shapes);
  Shape compute_output_shape(const Shape& input_shape);

  // The model as a layer: the same weights on other symbols.
  Symbol operator()(const Symbol& input);
  std::vector<Symbol> operator()(const std::vector<Symbol>& inputs);

  Network& network() { return trainer().network(); }
  Trainer& trainer();

  // The model as a layer of another network; null while a Sequential has no network yet.
  const std::shared_ptr<layers::LayerState>& state() const { return as_layer_; }

 protected:
  explicit Model(const std::string& name) : name_(name) {}  // Without a network yet: see Sequential.
  void set_network(const std::shared_ptr<Network>& network, const std::string& class_name);
  // Called before anything that needs the network. x: the data, if there is any.
  virtual void prepare(const Arrays* /*x*/) {}

  std::shared_ptr<Trainer> trainer_{};
  std::shared_ptr<layers::LayerState> as_layer_{};  // The model as a layer.

 private:
  void prepare_from(BatchSource& source);
  void prepare_from(const data::Dataset& dataset);
  void require_one_output();

  std::string name_;
};

// Makes a model from {"class_name": "Model" or "Sequential", "config": what get_config returns}, or from what
// to_json returned. Weights are initialized anew.
Model model_from_config(const Config& config);
Model model_from_json(const std::string& json);
// Reads what save wrote. Layers are made from their configs (layers::known); code in the file is never run.
// compile: compiles the model as the saved one was, with the optimizer's state.
Model load_model(const std::string& path, bool compile = true);
Model load_model_from_bytes(const std::string& bytes, bool compile = true);
// Another model with the same layers, whose weights are initialized anew.
Model clone_model(Model& model);

}  // namespace lacuna
