"""Who works at a treatment center, and who therefore owns a finding or a case."""

from enum import StrEnum


class Role(StrEnum):
    CLINICIAN = "clinician"
    SUPERVISOR = "supervisor"
    INTAKE = "intake"
    UTILIZATION = "utilization"
    BILLER = "biller"
    DIRECTOR = "director"
    COMPLIANCE = "compliance"
    OWNER = "owner"
    ADMINISTRATOR = "administrator"
