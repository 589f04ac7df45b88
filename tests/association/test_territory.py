"""The territory: the shipped edition, a newer one, and sources that are no edition."""

import gzip
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from association.models.territory import Commune, Department, Epci, Region, TerritoryEdition, search_key
from association.territory import (
    SHIPPED_EDITION,
    EditionOlder,
    EditionUnreadable,
    build_edition,
    department_codes,
    load_edition,
    search_communes,
)

pytestmark = pytest.mark.django_db

NANTES_METROPOLE, CLISSON = "244400404", "200067635"


def commune(code: str, name: str, **more: object) -> dict[str, object]:
    return {
        "code": code,
        "nom": name,
        "type": "commune-actuelle",
        "departement": code[:2],
        "region": "52",
        "codesPostaux": [f"{code[:2]}000"],
        "population": 1000,
        **more,
    }


def small_package() -> dict[str, list[dict[str, object]]]:
    """The tables of a small package: 20 communes of Loire-Atlantique and what goes with them."""
    return {
        "regions": [{"code": "52", "nom": "Pays de la Loire"}],
        "departements": [{"code": "44", "nom": "Loire-Atlantique", "region": "52"}],
        "epci": [
            {
                "code": NANTES_METROPOLE,
                "nom": "Nantes Métropole",
                "type": "METRO",
                "membres": [{"code": "44109"}],
            },
            {"code": CLISSON, "nom": "CA Clisson", "type": "CA", "membres": [{"code": "44043"}]},
        ],
        "communes": [
            commune("44109", "Nantes", population=327734),
            commune("44043", "Clisson"),
            commune("44087", "Machecoul-Saint-Même"),
            commune("44087", "Machecoul", type="commune-deleguee", chefLieu="44087"),
            commune("44181", "Saint-Même-le-Tenu", type="commune-deleguee", chefLieu="44087"),
            *(commune(f"442{number:02d}", f"Bourg-{number}") for number in range(17)),
        ],
    }


def write(folder: Path, tables: dict[str, list[dict[str, object]]], version: str = "6.0.0") -> Path:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps({"version": version}))
    (folder / "README.md").write_text(f"| 2026 | 6.0.0 |\n| 2027 | {version} |\n")
    for name, rows in tables.items():
        (folder / "data" / f"{name}.json").write_text(json.dumps(rows))
    return folder


def archive(folder: Path, out: Path) -> Path:
    with tarfile.open(out, "w:gz") as tar:
        tar.add(folder, arcname="package")
    return out


@pytest.fixture
def tables():
    return small_package()


@pytest.fixture
def first(tmp_path, tables):
    """A small edition 6.0.0, loaded."""
    load_edition(write(tmp_path / "first", tables))
    return tables


def snapshot() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Region, Department, Epci, Commune)]


# --- the shipped edition -----------------------------------------------------------------------------------


@pytest.fixture(scope="class")
def shipped(django_db_setup, django_db_blocker):
    """All of France, loaded once for the class and taken out again."""
    with django_db_blocker.unblock():
        loaded = load_edition()
        yield loaded
        Commune.objects.update(merged_into=None, part_of=None)
        for model in (Commune, Epci, Department, Region, TerritoryEdition):
            model.objects.all().delete()


class TestShippedEdition:
    def test_load_whole_france_counts(self, shipped):
        assert (shipped.regions, shipped.departments, shipped.epcis) == (26, 109, 1255)
        assert (shipped.communes, shipped.districts, shipped.former) == (34969, 45, 1992)
        assert shipped.added == Commune.objects.count() == 37006

    def test_load_again_writes_nothing(self, shipped, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert load_edition().already
        assert TerritoryEdition.objects.count() == 1

    def test_pays_de_la_loire_has_its_five_departments(self, shipped):
        assert department_codes("52") == ["44", "49", "53", "72", "85"]

    @pytest.mark.parametrize(
        ("code", "name", "department", "postal_code"),
        [
            ("44109", "Nantes", "44", "44200"),
            ("2A004", "Ajaccio", "2A", "20090"),
            ("97411", "Saint-Denis", "974", "97490"),
            ("97701", "Saint-Barthélemy", "977", "97133"),
            ("98818", "Nouméa", "988", "98800"),
        ],
    )
    def test_known_commune_is_there(self, shipped, code, name, department, postal_code):
        found = Commune.objects.get(pk=code)
        assert (found.name, found.department_id, found.is_current) == (name, department, True)
        assert postal_code in found.postal_codes.split(";")
        assert found.population > 1000

    def test_nantes_belongs_to_its_metropole(self, shipped):
        assert Commune.objects.get(pk="44109").epci.kind == Epci.Kind.METRO

    def test_paris_district_is_part_of_paris_without_population(self, shipped):
        district = Commune.objects.get(pk="75101")
        assert (district.part_of_id, district.department_id, district.is_current) == ("75056", "75", True)
        assert district.epci == district.part_of.epci
        assert district.population is None

    def test_population_of_france_counts_nobody_twice(self, shipped):
        assert 67_000_000 < Commune.objects.aggregate(total=Sum("population"))["total"] < 70_000_000

    def test_commune_deleguee_leads_to_the_commune_in_force(self, shipped):
        former = Commune.objects.get(pk="44017")  # Bonnœuvre
        assert not former.is_current
        assert former.in_force().name == "Vallons-de-l'Erdre"

    def test_no_island_or_kind_breaks_a_display(self, shipped):
        assert not Commune.objects.filter(search_name="").exists()
        assert set(Epci.objects.values_list("kind", flat=True)) <= set(Epci.Kind.values)

    @pytest.mark.parametrize("text", ["saint-etienne", "SAINT ÉTIENNE", "St-Etienne", "42218", "42000"])
    def test_search_finds_saint_etienne_first(self, shipped, text):
        assert search_communes(text).first().name == "Saint-Étienne"

    def test_search_of_a_vanished_commune_tells_where_it_went(self, shipped, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert [row.merged_into.pk for row in search_communes("bonnoeuvre")] == ["44180"]

    def test_search_empty_finds_nothing(self, shipped):
        assert not search_communes(" - ").exists()

    def test_build_of_the_shipped_file_gives_the_same_bytes(self, tmp_path):
        build_edition(SHIPPED_EDITION, tmp_path / "again.tsv.gz")
        assert gzip.decompress((tmp_path / "again.tsv.gz").read_bytes()) == gzip.decompress(
            SHIPPED_EDITION.read_bytes()
        )

    def test_shipped_file_is_small(self):
        assert SHIPPED_EDITION.stat().st_size < 1_500_000


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Saint-Étienne", "saint etienne"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("Œuilly", "oeuilly"),
        ("Ste-Luce sur Loire", "sainte luce sur loire"),
        ("Stains", "stains"),
    ],
)
def test_search_key_ignores_accents_and_punctuation(text, key):
    assert search_key(text) == key


# --- from one edition to the next --------------------------------------------------------------------------


def test_load_small_package_from_folder_and_tgz_is_the_same(tmp_path, tables):
    folder = write(tmp_path / "p", tables)
    assert not load_edition(folder).already
    assert load_edition(archive(folder, tmp_path / "p.tgz")).already
    build_edition(folder, tmp_path / "p.tsv.gz")
    assert load_edition(tmp_path / "p.tsv.gz").already


def test_build_twice_gives_the_same_bytes(tmp_path, tables):
    folder = write(tmp_path / "p", tables)
    build_edition(folder, tmp_path / "a.gz")
    tables["communes"].reverse()
    build_edition(archive(write(folder, tables), tmp_path / "p.tgz"), tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_load_newer_edition_updates_name_epci_population(tmp_path, first):
    first["epci"][0]["membres"].append({"code": "44043"})
    first["epci"].pop(1)
    first["communes"][1] |= {"nom": "Clisson-la-Jolie", "population": 7500}
    loaded = load_edition(write(tmp_path / "next", first, "7.0.0"))
    clisson = Commune.objects.get(pk="44043")
    assert (clisson.name, clisson.epci_id, clisson.population) == ("Clisson-la-Jolie", NANTES_METROPOLE, 7500)
    assert search_communes("clisson la j").get() == clisson
    assert (loaded.added, loaded.changed, loaded.vanished) == (0, 1, 0)
    assert not Epci.objects.get(pk=CLISSON).is_current
    assert str(TerritoryEdition.objects.latest()) == "2027 (7.0.0)"


def test_load_vanished_commune_is_kept_and_linked_to_its_heir(tmp_path, first):
    first["communes"] = [row for row in first["communes"] if row["code"] != "44201"]
    first["communes"][0]["anciensCodes"] = ["44201"]
    loaded = load_edition(write(tmp_path / "next", first, "7.0.0"))
    gone = Commune.objects.get(pk="44201")
    assert (gone.is_current, gone.merged_into_id, gone.name) == (False, "44109", "Bourg-1")
    assert gone.in_force().name == "Nantes"
    assert (loaded.vanished, loaded.orphans) == (1, [])


def test_load_vanished_commune_listed_as_deleguee_is_linked(tmp_path, first):
    first["communes"][-1] |= {"type": "commune-deleguee", "chefLieu": "44109"}
    loaded = load_edition(write(tmp_path / "next", first, "7.0.0"))
    gone = Commune.objects.get(pk="44216")
    assert (gone.is_current, gone.merged_into_id, gone.kind) == (False, "44109", Commune.Kind.DELEGATED)
    assert loaded.vanished == 1


def test_load_vanished_commune_without_heir_is_kept_and_named(tmp_path, first):
    first["communes"].pop()
    loaded = load_edition(write(tmp_path / "next", first, "7.0.0"))
    gone = Commune.objects.get(pk="44216")
    assert not gone.is_current
    assert gone.in_force() is None
    assert loaded.orphans == ["44216"]


def test_load_orphan_is_linked_by_a_later_edition(tmp_path, first):
    first["communes"].pop()
    load_edition(write(tmp_path / "next", first, "7.0.0"))
    first["communes"][0]["anciensCodes"] = ["44216"]
    loaded = load_edition(write(tmp_path / "later", first, "8.0.0"))
    assert Commune.objects.get(pk="44216").in_force().name == "Nantes"
    assert (loaded.vanished, loaded.orphans) == (0, [])


def test_load_merger_of_a_merger_leads_to_the_commune_in_force(tmp_path, first):
    first["communes"] = [row for row in first["communes"] if row["code"] not in ("44087", "44181")]
    first["communes"][0]["anciensCodes"] = ["44087"]
    load_edition(write(tmp_path / "next", first, "7.0.0"))
    assert Commune.objects.get(pk="44181").in_force().name == "Nantes"


def test_load_commune_that_comes_back_is_in_force_again(tmp_path, first):
    first["communes"] = [row for row in first["communes"] if row["code"] != "44181"]
    first["communes"].append(commune("44181", "Saint-Même-le-Tenu"))
    load_edition(write(tmp_path / "next", first, "7.0.0"))
    back = Commune.objects.get(pk="44181")
    assert (back.is_current, back.merged_into) == (True, None)


def test_load_older_edition_is_refused_and_changes_nothing(tmp_path, first):
    first["communes"][1]["nom"] = "Autre"
    before = snapshot()
    with pytest.raises(EditionOlder, match=r"5\.3\.0"):
        load_edition(write(tmp_path / "old", first, "5.3.0"))
    assert snapshot() == before


def test_load_shipped_after_a_newer_one_is_no_fault(tmp_path, tables, capsys):
    load_edition(write(tmp_path / "p", tables, "10.0.0"))
    call_command("load_territory")
    assert "plus ancienne que celle en place (10.0.0)" in capsys.readouterr().out
    assert Commune.objects.count() == 21


# --- sources that are no edition ---------------------------------------------------------------------------


def break_table(name, change):
    def apply(folder: Path) -> None:
        path = folder / "data" / f"{name}.json"
        rows = json.loads(path.read_text())
        change(rows)
        path.write_text(json.dumps(rows))

    return apply


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder: (folder / "data" / "communes.json").unlink(), "communes.json"),
        (lambda folder: (folder / "package.json").unlink(), "package.json"),
        (lambda folder: (folder / "package.json").write_text('{"version": "latest"}'), "En-tête"),
        (lambda folder: (folder / "data" / "communes.json").write_text('[{"code": "44'), "mal formé"),
        (lambda folder: (folder / "data" / "communes.json").write_text("[" * 100_000), "mal formé"),
        (lambda folder: (folder / "data" / "communes.json").write_bytes(b"\xff\xfe\x00"), "mal formé"),
        (lambda folder: (folder / "data" / "communes.json").write_text("{}"), "incomplète"),
        (lambda folder: (folder / "data" / "communes.json").write_text("[]"), "incomplète"),
        (lambda folder: (folder / "data" / "communes.json").write_text("[1]"), "inattendu"),
        (lambda folder: (folder / "data" / "epci.json").write_text("[]"), "incomplète"),
        (break_table("communes", lambda rows: rows[0].pop("nom")), "nom"),
        (break_table("communes", lambda rows: rows[0].update(nom=None)), "inattendu"),
        (break_table("communes", lambda rows: rows[0].update(nom="Nan\ttes")), "mal formée"),
        (break_table("communes", lambda rows: rows[0].update(nom="Nan\u2028tes")), "interdit"),
        (break_table("communes", lambda rows: rows[0].update(nom="Nan\ntes")), "mal formée"),
        (break_table("communes", lambda rows: rows[0].update(nom="")), "mal formée"),
        (break_table("communes", lambda rows: rows[0].update(nom="N" * 101)), "trop long"),
        (break_table("communes", lambda rows: rows[1].update(code="4404")), "Code mal formé"),
        (break_table("communes", lambda rows: rows.append(rows[0])), "double"),
        (break_table("communes", lambda rows: rows[0].update(departement="99")), "département 99"),
        (break_table("communes", lambda rows: rows[0].update(type="quartier")), "quartier"),
        (break_table("communes", lambda rows: rows[0].update(population="beaucoup")), "population"),
        (break_table("communes", lambda rows: rows[4].update(chefLieu="44999")), "rattachement"),
        (break_table("departements", lambda rows: rows[0].update(region="53")), "région 53"),
        (break_table("communes", lambda rows: rows.__delitem__(slice(-5, None))), "incomplet"),
    ],
)
@pytest.mark.parametrize("as_archive", [False, True])
def test_load_faulty_package_is_one_french_line_and_changes_nothing(tmp_path, first, harm, words, as_archive):
    source = write(tmp_path / "next", first, "7.0.0")
    harm(source)
    if as_archive:
        source = archive(source, tmp_path / "next.tgz")
    before = snapshot()
    with pytest.raises(CommandError, match=words) as caught:
        call_command("load_territory", source=source)
    assert "\n" not in str(caught.value)
    assert "Rien n'a été changé" in str(caught.value)
    assert snapshot() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        gzip.compress(b""),
        gzip.compress(b"bonjour"),
        gzip.compress(b"territoire\t2\t6.0.0\t2026\n"),
        gzip.compress(b"territoire\t1\t7.0.0\t2027\nregion\t52\n"),
        gzip.compress(b"territoire\t"),
        gzip.compress(b"territoire\t\xff\n"),
        SHIPPED_EDITION.read_bytes()[:100_000],
    ],
    ids=["empty", "pdf", "nothing", "text", "format", "columns", "header", "bytes", "truncated"],
)
def test_load_file_that_is_no_edition_is_one_french_line(tmp_path, first, content):
    source = tmp_path / "next.tgz"
    source.write_bytes(content)
    before = snapshot()
    with pytest.raises(CommandError, match=r"Rien n'a été changé") as caught:
        call_command("load_territory", source=source)
    assert "\n" not in str(caught.value)
    assert snapshot() == before


def test_load_absent_file_says_so(tmp_path):
    with pytest.raises(EditionUnreadable, match="introuvable"):
        load_edition(tmp_path / "absent.tgz")


def test_load_bomb_is_refused_before_it_fills_memory(tmp_path):
    source = tmp_path / "bomb.tgz"
    with gzip.open(source, "wb", compresslevel=1) as stream:
        stream.write(b"territoire\t")
        for _ in range(65):
            stream.write(bytes(1024 * 1024))
    with pytest.raises(EditionUnreadable, match="trop gros"):
        load_edition(source)


# --- commands ----------------------------------------------------------------------------------------------


def test_load_command_summary_is_french(tmp_path, tables, capsys):
    source = write(tmp_path / "p", tables)
    call_command("load_territory", source=source)
    call_command("load_territory", source=source)
    first_line, second_line = capsys.readouterr().out.splitlines()
    assert first_line == (
        "Territoire\u00a0: édition 2026 (6.0.0) chargée. 1\u00a0région, 1\u00a0département, 2\u00a0EPCI, "
        "20\u00a0communes, 0\u00a0arrondissement municipal, 1\u00a0ancienne commune. "
        "Communes\u00a0: 21\u00a0ajoutées, 0\u00a0modifiée, 0\u00a0disparue."
    )
    assert second_line == "Territoire\u00a0: édition 2026 (6.0.0) déjà en place, rien à faire."


def test_build_command_writes_the_file_or_says_why(tmp_path, tables, capsys):
    source = write(tmp_path / "p", tables)
    call_command("build_territory", source, tmp_path / "out.tsv.gz")
    assert "21 communes" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Écriture impossible"):
        call_command("build_territory", source, tmp_path / "absent" / "out.tsv.gz")
    shutil.rmtree(source / "data")
    with pytest.raises(CommandError, match="introuvable"):
        call_command("build_territory", source, tmp_path / "out.tsv.gz")
