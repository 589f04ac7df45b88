from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Configuration"

    def ready(self) -> None:
        from association.registries import job_kinds
        from config import found
        from config.import_jobs import CHECK_JOB, LOAD_JOB, check_job, load_job

        found.register()
        job_kinds.add(CHECK_JOB, check_job)
        job_kinds.add(LOAD_JOB, load_job)
