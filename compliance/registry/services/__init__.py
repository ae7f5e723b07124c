"""Writes on models and versions."""

from compliance.registry.services.endpoints import endpoint_limit_set
from compliance.registry.services.registering import (
    Declarations,
    model_offer,
    model_register,
    version_register,
)
from compliance.registry.services.sketching import sketch_record, sketches_request
from compliance.registry.services.sources import training_source_declare

__all__ = [
    "Declarations",
    "endpoint_limit_set",
    "model_offer",
    "model_register",
    "sketch_record",
    "sketches_request",
    "training_source_declare",
    "version_register",
]
