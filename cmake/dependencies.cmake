# Everything the library links. All private: a user of lacuna::lacuna needs none of it. All that is missing is told at once,
# by the names of Debian's packages.
set(missing)

# lacuna_package(package version debian): what has a CMake file.
macro(lacuna_package package version debian)
  find_package(${package} ${version} QUIET)
  if(NOT ${package}_FOUND)
    list(APPEND missing ${debian})
  endif()
endmacro()

# lacuna_library(target debian HEADER header [LIBRARY library] [SUFFIX folder]): what has none, as an imported target. Without
# LIBRARY, all of it is in its headers.
function(lacuna_library target debian)
  cmake_parse_arguments(OF "" "HEADER;LIBRARY;SUFFIX" "" ${ARGN})
  find_path(${target}_INCLUDE ${OF_HEADER} PATH_SUFFIXES ${OF_SUFFIX})
  if(OF_LIBRARY)
    find_library(${target}_LIBRARY ${OF_LIBRARY} PATH_SUFFIXES ${OF_SUFFIX})
    add_library(${target} UNKNOWN IMPORTED)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${${target}_LIBRARY}")
  else()
    set(${target}_LIBRARY none)
    add_library(${target} INTERFACE IMPORTED)
  endif()
  if(${target}_INCLUDE AND ${target}_LIBRARY)
    set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${${target}_INCLUDE}")
  else()
    set(missing ${missing} ${debian} PARENT_SCOPE)
  endif()
endfunction()

lacuna_package(TBB 2021.8 libtbb-dev)
lacuna_package(hwy 1.0.3 libhwy-dev)
lacuna_package(ZLIB "" zlib1g-dev)
lacuna_package(BZip2 "" libbz2-dev)
lacuna_package(LibLZMA "" liblzma-dev)
lacuna_package(zstd "" libzstd-dev)
lacuna_package(nlohmann_json 3.11 nlohmann-json3-dev)
lacuna_package(simdjson 3.0 libsimdjson-dev)
lacuna_package(CLI11 2.1 libcli11-dev)
lacuna_library(lz4 liblz4-dev HEADER lz4frame.h LIBRARY lz4)
lacuna_library(xxhash libxxhash-dev HEADER xxhash.h LIBRARY xxhash)
# libzip has a CMake file, but it asks for programs that are in other packages.
lacuna_library(zip libzip-dev HEADER zip.h LIBRARY zip)
# Its fingerprints are the bins of Keras' Hashing, and HighwayHash's SipHash those of Hashing with a salt.
lacuna_library(farmhash libfarmhash-dev HEADER farmhash.h LIBRARY farmhash)
lacuna_library(highwayhash libhighwayhash-dev HEADER highwayhash/sip_hash.h)
# MurmurHash3: the columns of scikit-learn's HashingVectorizer.
lacuna_library(murmurhash libmurmurhash-dev HEADER murmurhash.h LIBRARY murmurhash)
# For words beyond ASCII.
lacuna_library(utf8proc libutf8proc-dev HEADER utf8proc.h LIBRARY utf8proc)
# BLIS, serial, as an archive that is hidden in our library: so no other BLAS of the process replaces it. Not the serial
# OpenBLAS: it is built without locks, and calls from several threads at a time give wrong products.
lacuna_library(blis_serial libblis-serial-dev HEADER cblas.h LIBRARY libblis.a SUFFIX blis-serial)
# Not find_package(HDF5): it asks the compiler wrapper h5cc, which does not support cross-compiling, and may find the
# one that is built for MPI. Shared: Debian's archive is not compiled for a shared library.
lacuna_library(hdf5_serial libhdf5-dev HEADER hdf5.h LIBRARY libhdf5.so SUFFIX hdf5/serial)

# ISA-L reads gz three times as fast as zlib, which reads it where ISA-L is absent: byte_source.cc looks for the header.
find_library(isal_LIBRARY isal)
find_path(isal_INCLUDE isa-l/igzip_lib.h)
add_library(isal INTERFACE)
if(isal_LIBRARY AND isal_INCLUDE)
  target_link_libraries(isal INTERFACE ${isal_LIBRARY})
  target_include_directories(isal SYSTEM INTERFACE ${isal_INCLUDE})
endif()

if(missing)
  list(JOIN missing " " missing)
  message(FATAL_ERROR "lacuna: all libraries that it uses must be installed, with their headers. Missing, by the names of "
    "Debian's packages: ${missing}. To install them: sudo apt-get install ${missing}")
endif()
