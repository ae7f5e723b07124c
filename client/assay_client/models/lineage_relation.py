from enum import StrEnum

class LineageRelation(StrEnum):
    CONVERSION = "conversion"
    DISTILLATION = "distillation"
    FINE_TUNE = "fine_tune"
    MERGE = "merge"
    PRUNING = "pruning"
    QUANTIZATION = "quantization"

    def __str__(self) -> str:
        return str(self.value)
