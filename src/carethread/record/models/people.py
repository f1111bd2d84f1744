"""Chapter *people*: where care is given, and by whom."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q

from carethread.codes.roles import Role
from carethread.record import validators
from carethread.record.models.organization import Organization
from carethread.record.models.scoped import Scoped

ROLES = [(role.value, role.value.capitalize()) for role in Role]


class Site(Scoped):
    """A place where care is given; the service facility of a claim where its NPI is its own."""

    name = models.CharField(max_length=120)
    npi = models.CharField("facility NPI", max_length=10, blank=True, validators=[validators.npi])
    place_of_service = models.CharField(max_length=2, default="11")
    line1 = models.CharField(max_length=55)
    line2 = models.CharField(max_length=55, blank=True)
    city = models.CharField(max_length=30)
    state = models.CharField(max_length=2, validators=[validators.state_code])
    postal_code = models.CharField(max_length=9, validators=[validators.zip_code])

    def __str__(self) -> str:
        return self.name


class Program(Scoped):
    """A program at a site: its level of care, and the claim form that it is billed on."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="programs")
    name = models.CharField(max_length=120)
    level_of_care = models.CharField(max_length=10, default="OP")
    form = models.CharField(
        max_length=1, choices=[("P", "Professional"), ("I", "Institutional")], default="P"
    )
    is_part2 = models.BooleanField("substance use program under 42 CFR Part 2", default=False)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users are known by their email address."""

    def get_queryset(self) -> "models.QuerySet[User]":
        """With their organization: every request needs both."""
        return super().get_queryset().select_related("organization")

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """Somebody who signs in. Belongs to one organization, outside of which nothing is visible."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="users")
    must_change_password = models.BooleanField(default=False)

    objects = UserManager()  # type: ignore[assignment,misc]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def roles(self) -> frozenset[Role]:
        """The roles granted to this user, read once per request."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(Role(grant.role) for grant in self.grants.all())
        return self._roles

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class RoleGrant(models.Model):
    """One role of one user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=ROLES)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="role_granted_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Practitioner(Scoped):
    """A clinician: renders services, signs notes, may supervise others."""

    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="practitioner"
    )
    first_name = models.CharField(max_length=35)
    last_name = models.CharField(max_length=60)
    npi = models.CharField("NPI", max_length=10, validators=[validators.npi])
    taxonomy = models.CharField(max_length=10)
    credential = models.CharField(max_length=12)
    supervisor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supervisees"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(supervisor=models.F("id")), name="nobody_supervises_themselves"
            )
        ]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def __str__(self) -> str:
        return f"{self.name}, {self.credential}"


class License(Scoped):
    """A credential with the state that gave it and the dates between which it holds."""

    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="licenses"
    )
    credential = models.CharField(max_length=12)
    state = models.CharField(max_length=2)
    number = models.CharField(max_length=30)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.credential} {self.state} {self.number}"
