// Configs of TensorFlow's Keras 2, and of Keras 3, in the words of Keras 2.2.4, which are those of this
// library.
#pragma once
#include <string>

#include "lacuna/base/config.h"
#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace saving {

// The config of a model or of its training, with older names of classes, and without settings that came
// later, where their value says what Keras 2.2.4 does anyway. A later setting of another value stays, so that
// the class refuses it by name. written_by: the version of Keras that a file names beside a
// config that names none. Throws InvalidArgument if it is of Keras 1.
Config in_older_words(const Config& config, const std::string& written_by = {});

// Throws InvalidArgument if Keras 1 wrote what has this version. Its layers have other settings, and their
// weights are arranged in another way. where: what the error starts with.
void require_keras_2(const char* where, const std::string& version);

}  // namespace saving
}  // namespace lacuna
