output "cluster" {
  description = "ECS cluster"
  value       = "tools"
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
    "sales" = local.repository_uri_sales
  }
}
