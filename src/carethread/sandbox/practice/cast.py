"""The center, its places and who works there."""

from dataclasses import dataclass

from stdnum import luhn

from carethread.codes.roles import Role

PASSWORD = "follow-the-thread-60"  # noqa: S105 - printed for everybody who runs the demo
MAIL = "alderrow.example"


def npi(number: int) -> str:
    """An invented NPI with a right check digit: 19999 and four digits of our own."""
    base = f"19999{number:04d}"
    return base + str(luhn.calc_check_digit("80840" + base))


@dataclass(frozen=True, slots=True)
class Center:
    """An organization: the billing provider of its claims. ZIP with its four more digits."""

    name: str
    legal_name: str
    tin: str
    npi: str
    taxonomy: str
    line1: str
    city: str
    state: str
    postal_code: str
    contact_name: str
    phone: str
    time_zone: str = "America/New_York"


@dataclass(frozen=True, slots=True)
class Site:
    key: str
    name: str
    npi: str
    line1: str
    city: str
    postal_code: str
    place_of_service: str = "11"


@dataclass(frozen=True, slots=True)
class Program:
    key: str
    site: str
    name: str
    is_part2: bool = False
    level_of_care: str = "OP"
    form: str = "P"


@dataclass(frozen=True, slots=True)
class Clinician:
    """What makes a member of staff a practitioner. `supervisor` is that person's key."""

    credential: str
    npi: str
    taxonomy: str
    license: str
    supervisor: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in, as `key@alderrow.example`."""

    key: str
    first_name: str
    last_name: str
    roles: tuple[Role, ...]
    clinician: Clinician | None = None
    mail: str = MAIL

    @property
    def email(self) -> str:
        return f"{self.key}@{self.mail}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


CENTER = Center(
    name="Alder Row Counseling",
    legal_name="Alder Row Counseling LLC",
    tin="070000161",
    npi=npi(1),
    taxonomy="261QM0801X",
    line1="14 Alder Row",
    city="Millbrook Falls",
    state="VT",
    postal_code="059990014",
    contact_name="Marcus Obuya",
    phone="8025550114",
)

SITES = (
    Site("main", "Alder Row", npi(2), "14 Alder Row", "Millbrook Falls", "059990014"),
    Site("river", "Riverside", npi(3), "220 Tannery Lane", "Wrenbury", "059980220"),
    Site(
        "day", "Riverside day programs", npi(4), "222 Tannery Lane", "Wrenbury", "059980222", "52"
    ),
    Site("house", "Orchard House", npi(5), "9 Still Lane", "Wrenbury", "059980009", "55"),
    Site("clinic", "Tannery clinic", npi(6), "224 Tannery Lane", "Wrenbury", "059980224", "58"),
)

PROGRAMS = (
    Program("main", "main", "Outpatient counseling"),
    Program("river", "river", "Riverside outpatient"),
    Program("recovery", "river", "Recovery outpatient", is_part2=True),
    Program("iop", "day", "Intensive outpatient", True, "IOP-SUD", "I"),
    Program("php", "day", "Partial hospitalization", False, "PHP-MH", "I"),
    Program("detox", "house", "Detoxification", True, "DETOX", "I"),
    Program("house", "house", "Residential", True, "RES-SUD", "I"),
    Program("otp", "clinic", "Opioid treatment", True, "OTP"),
)

STAFF = (
    Person(
        "imogen.hale", "Imogen", "Hale", (Role.CLINICIAN,),
        Clinician("LCSW", npi(11), "1041C0700X", "LCSW-40118"),
    ),
    Person(
        "tobias.rennick", "Tobias", "Rennick", (Role.CLINICIAN,),
        Clinician("PSYD", npi(12), "103TC0700X", "PSY-22071"),
    ),
    Person(
        "wren.castellan", "Wren", "Castellan", (Role.CLINICIAN,),
        Clinician("ASW", npi(13), "104100000X", "ASW-90342", supervisor="odile.marchetti"),
    ),
    Person(
        "odile.marchetti", "Odile", "Marchetti", (Role.CLINICIAN, Role.SUPERVISOR),
        Clinician("LCSW", npi(14), "1041C0700X", "LCSW-31570"),
    ),
    Person(
        "calla.brandt", "Calla", "Brandt", (Role.CLINICIAN,),
        Clinician("LCADC", npi(15), "101YA0400X", "LCADC-5120"),
    ),
    Person(
        "noor.halloran", "Noor", "Halloran", (Role.CLINICIAN,),
        Clinician("PMHNP", npi(16), "363LP0808X", "NP-77016"),
    ),
    Person(
        "ezra.whitcombe", "Ezra", "Whitcombe", (Role.CLINICIAN,),
        Clinician("BHT", npi(17), "106S00000X", "BHT-2044"),
    ),
    Person("sylvie.marrow", "Sylvie", "Marrow", (Role.UTILIZATION,)),
    Person("petra.lindqvist", "Petra", "Lindqvist", (Role.INTAKE, Role.UTILIZATION)),
    Person("marcus.obuya", "Marcus", "Obuya", (Role.BILLER,)),
    Person("helena.voss", "Helena", "Voss", (Role.DIRECTOR, Role.COMPLIANCE)),
    Person("jonah.aldercroft", "Jonah", "Aldercroft", (Role.OWNER, Role.ADMINISTRATOR)),
)  # fmt: skip

BY_KEY = {person.key: person for person in STAFF}

# Somebody else's center on the same machine, so that one can see that it sees nothing of ours.
OUTSIDE_CENTER = Center(
    name="Fen Hollow Clinic",
    legal_name="Fen Hollow Clinic Inc",
    tin="070000278",
    npi=npi(51),
    taxonomy="261QM0801X",
    line1="3 Fen Hollow Road",
    city="Wrenbury",
    state="VT",
    postal_code="059980003",
    contact_name="Ansel Quill",
    phone="8025550151",
)
OUTSIDE_SITE = Site("fen", "Fen Hollow", npi(52), "3 Fen Hollow Road", "Wrenbury", "059980003")
OUTSIDE_PROGRAM = Program("fen", "fen", "Outpatient")
OUTSIDE_STAFF = (
    Person(
        "ansel.quill", "Ansel", "Quill", (Role.BILLER, Role.OWNER, Role.ADMINISTRATOR, Role.INTAKE),
        mail="fenhollow.example",
    ),
    Person(
        "bridget.osei", "Bridget", "Osei", (Role.CLINICIAN,),
        Clinician("LMFT", npi(53), "106H00000X", "LMFT-7720"), mail="fenhollow.example",
    ),
)  # fmt: skip
