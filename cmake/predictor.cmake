# lacuna::predictor: what programs that only predict link. It is made of objects of the library: those of the rooms
# that predicting needs, and json.cc. What links HDF5 or oneTBB, or reads the user's data, stays out: data/, hdf5/,
# feature.cc and threads.cc, whose place serial_threads.cc takes. A test checks what it needs.
set(served "base|tensor|kernels|features|graph|ops(_[a-z]+)?|layers|network|serving")
set(predictor_objects ${all_objects})
set(predictor_objects
  "$<FILTER:${predictor_objects},INCLUDE,/(Unity/unity_(${served})_cxx|lacuna/(${served})/.*|lacuna/saving/json)\\.>")
set(predictor_objects "$<FILTER:${predictor_objects},EXCLUDE,/(base/threads|layers/features/feature)\\.cc>")

add_library(lacuna_predictor SHARED lacuna/serving/serial_threads.cc)
add_library(lacuna::predictor ALIAS lacuna_predictor)
target_compile_features(lacuna_predictor PUBLIC cxx_std_20)
target_sources(lacuna_predictor PRIVATE ${predictor_objects})
target_sources(lacuna_predictor PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES
  lacuna/base/error.h lacuna/base/export.h lacuna/base/path.h lacuna/serving/predictor.h
  lacuna/serving/predictor_c.h lacuna/serving/predictor_swap.h)
target_link_libraries(lacuna_predictor PRIVATE $<BUILD_INTERFACE:lacuna_own_flags> hwy::hwy blis_serial ZLIB::ZLIB
  farmhash murmurhash xxhash utf8proc)
set(predictor_exports ${PROJECT_SOURCE_DIR}/cmake/predictor_exports.map)
target_link_options(lacuna_predictor PRIVATE -Wl,--as-needed -Wl,--version-script=${predictor_exports})
if(NOT LACUNA_FUZZ)
  target_link_options(lacuna_predictor PRIVATE -Wl,--no-undefined)
endif()
set_target_properties(lacuna_predictor PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
  EXPORT_NAME predictor SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${predictor_exports})
