# The key stays and the bucket keeps every version: a task definition names the version it was made for.
resource "aws_s3_object" "dagster_yaml" {
  bucket                 = local.config_bucket
  key                    = "config/dagster.yaml"
  source                 = "${path.module}/../config/dagster.yaml"
  source_hash            = filesha256("${path.module}/../config/dagster.yaml")
  content_type           = "application/yaml"
  server_side_encryption = "aws:kms"

  kms_key_id = local.kms_key_arn
}

# The key stays and the bucket keeps every version: a task definition names the version it was made for.
resource "aws_s3_object" "workspace_yaml" {
  bucket                 = local.config_bucket
  key                    = "config/workspace.yaml"
  source                 = "${path.module}/../config/workspace.yaml"
  source_hash            = filesha256("${path.module}/../config/workspace.yaml")
  content_type           = "application/yaml"
  server_side_encryption = "aws:kms"

  kms_key_id = local.kms_key_arn
}

locals {
  dagster_yaml_version   = aws_s3_object.dagster_yaml.version_id
  workspace_yaml_version = aws_s3_object.workspace_yaml.version_id
}
