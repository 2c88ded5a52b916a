output "load_balancer_dns_name" {
  description = "Host name of the load balancer in front of the Dagster UI"
  value       = aws_lb.ui.dns_name
}

output "cluster" {
  description = "ECS cluster"
  value       = "analytics"
}

output "config_bucket" {
  description = "Bucket with dagster.yaml and workspace.yaml"
  value       = local.config_bucket
}

output "database" {
  description = "Identifier of the database"
  value       = local.database_identifier
}

output "database_secret" {
  description = "Secret with the password of the database"
  value       = local.database_secret_arn
}

output "core_repository_uri" {
  description = "Image repository of webserver and daemon"
  value       = local.repository_uri
}

output "repository_uris" {
  description = "Image repositories of code locations and tasks"

  value = {
    "orchestration" = local.repository_uri_orchestration
    "dbt-sales"     = local.repository_uri_dbt_sales
  }
}

output "code_bucket" {
  description = "Bucket with the packages of the tasks"
  value       = local.code_bucket
}
