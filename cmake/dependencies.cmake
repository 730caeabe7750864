# Everything the library links. All private: a user of lacuna::lacuna needs none of it.
find_package(TBB 2021.8 REQUIRED)
find_package(hwy 1.0.3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(BZip2 REQUIRED)
find_package(LibLZMA REQUIRED)
find_package(zstd REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(CLI11 2.1 REQUIRED)

# LZ4 has no CMake file in Debian.
find_library(lz4_LIBRARY lz4 REQUIRED)
find_path(lz4_INCLUDE lz4frame.h REQUIRED)
add_library(lz4 UNKNOWN IMPORTED)
set_target_properties(lz4 PROPERTIES
  IMPORTED_LOCATION ${lz4_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${lz4_INCLUDE})

# libzip has a CMake file, but it asks for programs that are in other packages.
find_library(zip_LIBRARY zip REQUIRED)
find_path(zip_INCLUDE zip.h REQUIRED)
add_library(zip UNKNOWN IMPORTED)
set_target_properties(zip PROPERTIES
  IMPORTED_LOCATION ${zip_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${zip_INCLUDE})

# xxHash has no CMake file in Debian.
find_library(xxhash_LIBRARY xxhash REQUIRED)
find_path(xxhash_INCLUDE xxhash.h REQUIRED)
add_library(xxhash UNKNOWN IMPORTED)
set_target_properties(xxhash PROPERTIES
  IMPORTED_LOCATION ${xxhash_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${xxhash_INCLUDE})

# ISA-L reads gz three times as fast as zlib, which reads it where ISA-L is absent: byte_source.cc looks for the header.
find_library(isal_LIBRARY isal)
find_path(isal_INCLUDE isa-l/igzip_lib.h)
add_library(isal INTERFACE)
if(isal_LIBRARY AND isal_INCLUDE)
  target_link_libraries(isal INTERFACE ${isal_LIBRARY})
  target_include_directories(isal SYSTEM INTERFACE ${isal_INCLUDE})
endif()

# FarmHash has neither a CMake nor a pkg-config file. Its fingerprints are the bins of Keras' Hashing.
find_library(farmhash_LIBRARY farmhash REQUIRED)
find_path(farmhash_INCLUDE farmhash.h REQUIRED)
add_library(farmhash UNKNOWN IMPORTED)
set_target_properties(farmhash PROPERTIES
  IMPORTED_LOCATION ${farmhash_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${farmhash_INCLUDE})

# Its SipHash, which is all in its headers, is that of Keras' Hashing with a salt.
find_path(highwayhash_INCLUDE highwayhash/sip_hash.h REQUIRED)
add_library(highwayhash INTERFACE)
target_include_directories(highwayhash SYSTEM INTERFACE ${highwayhash_INCLUDE})

# MurmurHash3, the columns of scikit-learn's HashingVectorizer, has no CMake file either.
find_library(murmurhash_LIBRARY murmurhash REQUIRED)
find_path(murmurhash_INCLUDE murmurhash.h REQUIRED)
add_library(murmurhash UNKNOWN IMPORTED)
set_target_properties(murmurhash PROPERTIES
  IMPORTED_LOCATION ${murmurhash_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${murmurhash_INCLUDE})

# utf8proc, for words beyond ASCII, has no CMake file in Debian.
find_library(utf8proc_LIBRARY utf8proc REQUIRED)
find_path(utf8proc_INCLUDE utf8proc.h REQUIRED)
add_library(utf8proc UNKNOWN IMPORTED)
set_target_properties(utf8proc PROPERTIES
  IMPORTED_LOCATION ${utf8proc_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${utf8proc_INCLUDE})

# BLIS, serial, as an archive that is hidden in our library: so no other BLAS of the process replaces it. Not the serial
# OpenBLAS: it is built without locks, and calls from several threads at a time give wrong products.
find_library(blis_serial_LIBRARY libblis.a PATH_SUFFIXES blis-serial REQUIRED)
find_path(blis_serial_INCLUDE cblas.h PATH_SUFFIXES blis-serial REQUIRED)
add_library(blis_serial UNKNOWN IMPORTED)
set_target_properties(blis_serial PROPERTIES
  IMPORTED_LOCATION ${blis_serial_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${blis_serial_INCLUDE})

# Not find_package(HDF5): it asks the compiler wrapper h5cc, which does not support cross-compiling, and may find the
# one that is built for MPI. Shared: Debian's archive is not compiled for a shared library.
find_library(hdf5_serial_LIBRARY libhdf5.so PATH_SUFFIXES hdf5/serial REQUIRED)
find_path(hdf5_serial_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
add_library(hdf5_serial UNKNOWN IMPORTED)
set_target_properties(hdf5_serial PROPERTIES
  IMPORTED_LOCATION ${hdf5_serial_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${hdf5_serial_INCLUDE})
