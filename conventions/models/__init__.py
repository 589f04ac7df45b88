from conventions.models.adhesions import Adhesion, SignedHow
from conventions.models.amendments import Amendment, AmendmentSignature
from conventions.models.conventions import MINIMUM_SIGNATURES, Convention
from conventions.models.templates import ConventionSequence, ConventionTemplate
from conventions.models.terms import DEFAULT_CEILING_CENTS, ConventionTerms, Suspension, validate_action_types

__all__ = [
    "DEFAULT_CEILING_CENTS",
    "MINIMUM_SIGNATURES",
    "Adhesion",
    "Amendment",
    "AmendmentSignature",
    "Convention",
    "ConventionSequence",
    "ConventionTemplate",
    "ConventionTerms",
    "SignedHow",
    "Suspension",
    "validate_action_types",
]
