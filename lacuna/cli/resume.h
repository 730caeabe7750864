// The settings of a command beside the backup of --resume, so that another command does not go on from it.
#pragma once
#include <string>

#include "lacuna/cli/train_options.h"

namespace lacuna::cli {

// The file of the backup in what --resume names: a folder, or a file that ends in .h5.
std::string backup_file(const std::string& resume);

// Where there is a backup: throws WrongOptions if a command with other settings made it. Else keeps those of
// this command, in a file that is replaced atomically. The number of epochs may change. Throws FileError.
void require_same_command(const TrainOptions& options, const Task& task);

// Removes the backup and the settings, once the model is saved.
void remove_backup(const std::string& resume);

}  // namespace lacuna::cli
