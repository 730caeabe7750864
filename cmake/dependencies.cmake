# Everything the library links. All private: a user of lacuna::lacuna needs none of it.
find_package(TBB 2021.8 REQUIRED)
find_package(hwy 1.0.3 REQUIRED)
find_package(ZLIB REQUIRED)

# The archive, since libopenblas.so.0 is one of Debian's alternatives and is found by its soname: what the linker
# was given is not what the loader takes. find_package(BLAS) finds the alternative too.
find_library(openblas_serial_LIBRARY libopenblas.a PATH_SUFFIXES openblas-serial REQUIRED)
find_path(openblas_serial_INCLUDE cblas.h PATH_SUFFIXES openblas-serial REQUIRED)
add_library(openblas_serial UNKNOWN IMPORTED)
set_target_properties(openblas_serial PROPERTIES
  IMPORTED_LOCATION ${openblas_serial_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${openblas_serial_INCLUDE})
