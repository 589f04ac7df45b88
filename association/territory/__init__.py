"""The territory of France: load it, edition after edition, and find a commune in it.

An edition is read from the npm package ``@etalab/decoupage-administratif`` (folder or .tgz), or from the
compact file made from it (``build_edition``), of which one is shipped in ``association/reference``.
"""

from association.territory.edition import Edition, EditionUnreadable, build_edition
from association.territory.loading import SHIPPED_EDITION, EditionOlder, Loaded, load_edition
from association.territory.places import department_codes, search_communes

__all__ = [
    "SHIPPED_EDITION",
    "Edition",
    "EditionOlder",
    "EditionUnreadable",
    "Loaded",
    "build_edition",
    "department_codes",
    "load_edition",
    "search_communes",
]
