// Tests of hdf5.
#include "lacuna/hdf5/hdf5.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lacuna/base/path.h"
#include "lacuna/base/seal.h"
#include "lacuna/base/testing.h"

namespace lacuna::hdf5 {
namespace {

std::string path_of(const char* name) { return temporary_folder() + name; }

void contains(const std::string& error, const std::string& part) {
  EXPECT_NE(error.find(part), std::string::npos) << error;
}

// What is first done in a child process.
void read_number(const Group& root) {
  if (root.has("number")) root.number("number");
}

std::string filled() {
  const File file = File::create("test");
  const Group inner = file.root().group("a").group("b/c");
  inner.write_text("short", "ä");
  inner.write_text("empty", "");
  inner.write_text("long", std::string(200000, 'x'));
  inner.write_texts("names", {"one", "", "three"});
  inner.write_texts("none", {});
  inner.write_texts("many", std::vector<std::string>(3000, std::string(50, 'y')));
  inner.write_number("number", -5);
  const double values[] = {1.5, -2};
  inner.write_array("values", tensor::Dense::of<double>({2, 1}, values));
  inner.write_array("scalar", tensor::Dense::of<double>({}, std::span(values, 1)));
  inner.write_array("nothing", tensor::Dense::of<float>({0, 7}, {}));
  return const_cast<File&>(file).finish_bytes();
}

TEST(Hdf5, FilesInMemoryAtOnceAreTheirOwn) {
  const auto made = [](int64_t number) {
    File file = File::create("test");
    file.root().write_number("number", number);
    return file.finish_bytes();
  };
  const std::string one = made(1), two = made(2);
  const File first = File::open_bytes("test", one, read_number),
             second = File::open_bytes("test", two, read_number);
  const std::string three = made(3);  // While others are open.
  EXPECT_EQ(first.root().number("number"), 1);
  EXPECT_EQ(second.root().number("number"), 2);
  EXPECT_EQ(File::open_bytes("test", three, read_number).root().number("number"), 3);
}

TEST(Hdf5, ReadsWhatItWrote) {
  const File file = File::open_bytes("test", filled(), read_number);
  const Group inner = file.root().group("a/b").group("c");
  EXPECT_EQ(inner.text("short"), "ä");
  EXPECT_EQ(inner.text("empty"), "");
  EXPECT_EQ(inner.text("long"), std::string(200000, 'x'));
  EXPECT_EQ(inner.texts("names"), (std::vector<std::string>{"one", "", "three"}));
  EXPECT_TRUE(inner.texts("none").empty());
  EXPECT_EQ(inner.texts("many"), std::vector<std::string>(3000, std::string(50, 'y')));
  EXPECT_EQ(inner.number("number"), -5);
  EXPECT_EQ(inner.array("values", DType::float64, {None, 1}).values<double>()[1], -2);
  EXPECT_EQ(inner.array("values", DType::float32, {2, 1}).values<float>()[0], 1.5F);
  EXPECT_EQ(inner.array("scalar", DType::float64, {}).values<double>()[0], 1.5);
  EXPECT_EQ(inner.array("nothing", DType::float32, {None, 7}).size(), 0u);
  EXPECT_EQ(inner.shape("nothing"), (Shape{0, 7}));
  EXPECT_TRUE(file.root().has_group("a/b"));
  EXPECT_FALSE(file.root().has_group("a/c/b"));
  EXPECT_FALSE(inner.has_group("values"));
  EXPECT_TRUE(inner.has_array("values"));
}

TEST(Hdf5, WhatIsNotThereIsNamed) {
  const File file = File::open_bytes("load", filled(), read_number);
  const Group inner = file.root().group("a/b/c");
  contains(message_of<InvalidArgument>([&] { inner.group("d"); }),
           "load: group 'd' must be there. Received: ");
  contains(message_of<InvalidArgument>([&] { inner.group("values"); }), "group 'values' must be there");
  contains(message_of<InvalidArgument>([&] { inner.text("title"); }), "attribute 'title' must be there");
  contains(message_of<InvalidArgument>([&] { inner.text("names"); }),
           "attribute 'names' must be one text. Received: 3 in 'a/b/c'.");
  contains(message_of<InvalidArgument>([&] { inner.text("number"); }), "attribute 'number' must be text");
  contains(message_of<InvalidArgument>([&] { inner.number("short"); }),
           "attribute 'short' must be a whole number");
  contains(message_of<InvalidArgument>([&] { inner.array("d", DType::float32, {1}); }),
           "'d' must be an array");
  contains(message_of<InvalidArgument>([&] { file.root().array("a", DType::float32, {1}); }),
           "'a' must be an array");
  contains(message_of<InvalidArgument>([&] { inner.array("values", DType::float32, {2}); }),
           "'values' must have shape (2,). Received: shape=(2, 1)");
  contains(message_of<InvalidArgument>([&] {
             inner.array("values", DType::int64, {2, 1});
           }),
           "'values' must hold whole numbers");
}

TEST(Hdf5, FilesThatAreNoneAreErrors) {
  contains(message_of<FileError>([] { File::open("load", "/no/such.h5", read_number); }),
           "load: the file must be readable. Received: path='/no/such.h5', No such file or directory.");
  contains(message_of<FileError>([] { File::open("load", temporary_folder(), read_number); }),
           ", Is a directory.");
  contains(message_of<InvalidArgument>([] { File::open("load", "/dev/null", read_number); }),
           "which is no file");
  contains(message_of<FileError>([] { File::create("save", "/no/such/folder.h5"); }),
           "save: the file must be written. Received: ");
  std::ofstream(path_of("text.h5")) << "some words, which are long enough to hold a seal";
  contains(message_of<InvalidArgument>([] { File::open("load", path_of("text.h5"), read_number); }),
           "load: the file must be one of HDF5, and whole. Received: file signature not found, file '");
  contains(message_of<InvalidArgument>([] { File::open_bytes("load", "words", read_number); }),
           "the bytes must be what was saved");
}

TEST(Hdf5, BytesOfAnotherProgramAreTriedFirst) {
  File file = File::create("save");
  file.root().write_text("backend", "another");
  file.root().write_number("number", 3);
  std::string bytes = file.finish_bytes();
  bytes.resize(bytes.size() - kSealBytes);
  EXPECT_EQ(File::open_bytes("load", bytes, read_number).root().number("number"), 3);
  EXPECT_THROW(File::open_bytes("load", bytes.substr(0, bytes.size() / 2), read_number), InvalidArgument);
  File ours = File::create("save");
  ours.root().write_text("backend", kMark);
  bytes = ours.finish_bytes();
  bytes.resize(bytes.size() - kSealBytes);
  contains(message_of<InvalidArgument>([&] { File::open_bytes("load", bytes, read_number); }),
           "must end with its seal");
}

TEST(Hdf5, AFileIsThereWhenItIsWhole) {
  const std::string path = path_of("whole.h5");
  std::ofstream(path) << "old";
  {
    const File file = File::create("save", path);
    file.root().write_number("number", 3);
  }  // Without finish.
  EXPECT_EQ(std::filesystem::file_size(path), 3u);
  File file = File::create("save", path);
  file.root().write_number("number", 3);
  EXPECT_EQ(std::filesystem::file_size(path), 3u);
  file.finish();
  EXPECT_EQ(File::open("load", path, read_number).root().number("number"), 3);
  for (const auto& entry : std::filesystem::directory_iterator(temporary_folder()))
    EXPECT_EQ(entry.path().string().find("whole.h5.partial"), std::string::npos) << entry.path();
}

TEST(Hdf5, ALinkStaysOne) {
  const std::string path = path_of("target.h5"), link = path_of("link.h5");
  std::ofstream(path) << "old";
  std::filesystem::remove(link);
  std::filesystem::create_symlink(path, link);
  File file = File::create("save", link);
  file.finish();
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_GT(std::filesystem::file_size(path), 100u);
}

}  // namespace
}  // namespace lacuna::hdf5
