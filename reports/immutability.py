"""What of reports the database itself refuses to change."""

from association.immutability import declare_append_only, declare_frozen
from reports.models import Report, ReportTransmission, ReportVersion


def declare() -> None:
    """Declare the rules; association.immutability installs them after every migration."""
    declare_append_only(ReportTransmission)
    declare_frozen(
        Report,
        when="OLD.state IN ('approved', 'transmitted', 'acknowledged')",
        columns=["first_on", "last_on", "department", "template", "plan", "generated_by"],
        message="Un rapport approuvé ne se modifie plus : reprenez-le d'abord en brouillon.",
    )
    declare_frozen(
        ReportVersion,
        columns=["report", "number", "snapshot", "sha256", "changes", "made_by", "made_at"],
        message="Les chiffres d'une version sont figés : produisez une nouvelle version.",
    )
    declare_frozen(
        ReportVersion,
        name="sealed",
        when="OLD.sealed_at IS NOT NULL",
        columns=["words", "pdf", "workbook", "sealed_at"],
        message="Une version définitive est conservée telle quelle.",
    )
