# Code locations and tasks that had another key: their resources have other addresses, and stay what they are.
# Terraform needs this for as long as there is a state that was applied before.

moved {
  from = aws_ecr_repository.location_bills
  to   = aws_ecr_repository.location_invoices
}

moved {
  from = aws_ecr_lifecycle_policy.location_bills
  to   = aws_ecr_lifecycle_policy.location_invoices
}

moved {
  from = aws_iam_role.execution_bills
  to   = aws_iam_role.execution_invoices
}

moved {
  from = aws_iam_role_policy.execution_bills
  to   = aws_iam_role_policy.execution_invoices
}

moved {
  from = aws_cloudwatch_log_group.run_bills
  to   = aws_cloudwatch_log_group.run_invoices
}

moved {
  from = aws_iam_role.run_bills
  to   = aws_iam_role.run_invoices
}

moved {
  from = aws_iam_role_policy.run_bills
  to   = aws_iam_role_policy.run_invoices
}

moved {
  from = aws_ecs_task_definition.run_bills
  to   = aws_ecs_task_definition.run_invoices
}

moved {
  from = aws_cloudwatch_log_group.server_bills
  to   = aws_cloudwatch_log_group.server_invoices
}

moved {
  from = aws_iam_role.server_bills
  to   = aws_iam_role.server_invoices
}

moved {
  from = aws_iam_role_policy.server_bills
  to   = aws_iam_role_policy.server_invoices
}

moved {
  from = aws_ecs_task_definition.server_bills
  to   = aws_ecs_task_definition.server_invoices
}

moved {
  from = aws_service_discovery_service.server_bills
  to   = aws_service_discovery_service.server_invoices
}

moved {
  from = aws_ecs_service.server_bills
  to   = aws_ecs_service.server_invoices
}

moved {
  from = aws_cloudwatch_log_metric_filter.failed_runs_bills
  to   = aws_cloudwatch_log_metric_filter.failed_runs_invoices
}
