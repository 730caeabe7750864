"""What transformers of scikit-learn are and were set to. They are told by the names of their classes, so that
scikit-learn need not be there."""

from lacuna._arguments import shown


def kind_of(fitted):
    """The name of the class; 'drop' and 'passthrough' for these words. A class of one's own may do anything, so it is
    an error."""
    if fitted in ("drop", "passthrough") if isinstance(fitted, str) else fitted is None:
        return fitted or "passthrough"
    cls = type(fitted)
    if cls.__module__.partition(".")[0] != "sklearn":
        raise ValueError(
            f"from_sklearn: fitted must be a transformer of scikit-learn. Received: fitted={shown(fitted)}, of class "
            f"{cls.__module__}.{cls.__qualname__}."
        )
    return cls.__name__


def require(fitted, setting, *allowed):
    """ValueError unless the setting has one of these values."""
    value = getattr(fitted, setting)
    if not any(value is one or (type(value) is type(one) and value == one) for one in allowed):
        must = " or ".join(map(repr, allowed))
        raise ValueError(
            f"from_sklearn: {kind_of(fitted)}: {setting} must be {must}. Received: {setting}={shown(value)}."
        )


def fitted_attribute(fitted, name):
    """An attribute that fit makes."""
    try:
        return getattr(fitted, name)
    except AttributeError:
        raise ValueError(
            f"from_sklearn: the transformer must be fitted. Received: {kind_of(fitted)} without {name}."
        ) from None


def steps_of(pipeline):
    """The steps of a Pipeline that do something."""
    steps = [step for _, step in pipeline.steps if kind_of(step) != "passthrough"]
    return [inner for step in steps for inner in (steps_of(step) if kind_of(step) == "Pipeline" else [step])] or [
        "passthrough"
    ]


def columns_of(fitted, required=True):
    """scikit-learn's names for the columns that a transformer was fitted on."""
    names = getattr(fitted, "feature_names_in_", None)
    if names is not None:
        return [str(name) for name in names]
    if not required and not hasattr(fitted, "n_features_in_"):
        return []
    return [f"x{i}" for i in range(fitted_attribute(fitted, "n_features_in_"))]
