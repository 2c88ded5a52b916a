output "load_balancer_dns_name" {
  description = "Host name of the load balancer in front of the Dagster UI"
  value       = aws_lb.ui.dns_name
}

output "cluster" {
  description = "ECS cluster"
  value       = "fleet"
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
    "sales"        = local.repository_uri_sales
    "marketing"    = local.repository_uri_marketing
    "finance"      = local.repository_uri_finance
    "logistics"    = local.repository_uri_logistics
    "inventory"    = local.repository_uri_inventory
    "ml-training"  = local.repository_uri_ml_training
    "ml-serving"   = local.repository_uri_ml_serving
    "athena"       = local.repository_uri_athena
    "dbt"          = local.repository_uri_dbt
    "events"       = local.repository_uri_events
    "reporting"    = local.repository_uri_reporting
    "platform-ops" = local.repository_uri_platform_ops
  }
}
