resource "aws_s3_bucket" "config" {
  bucket        = "ledger-config-${local.account_id}-${local.region}"
  force_destroy = false

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "config" {
  bucket = aws_s3_bucket.config.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"

      kms_master_key_id = local.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "config" {
  bucket = aws_s3_bucket.config.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "config" {
  bucket                  = aws_s3_bucket.config.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "config" {
  bucket = aws_s3_bucket.config.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "config" {
  bucket = aws_s3_bucket.config.id

  rule {
    id     = "abort-unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.config]
}

resource "aws_s3_bucket_policy" "config" {
  bucket = aws_s3_bucket.config.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:${local.partition}:s3:::ledger-config-${local.account_id}-${local.region}",
          "arn:${local.partition}:s3:::ledger-config-${local.account_id}-${local.region}/*",
        ]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [
    aws_s3_bucket_public_access_block.config,
    aws_s3_bucket_versioning.config,
  ]
}

# Whoever uses the bucket waits until it is closed, versioned and has its policy.
locals {
  config_bucket = aws_s3_bucket_policy.config.bucket
}

resource "aws_s3_bucket" "compute_logs" {
  bucket        = "ledger-compute-logs-${local.account_id}-${local.region}"
  force_destroy = false

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "compute_logs" {
  bucket = aws_s3_bucket.compute_logs.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"

      kms_master_key_id = local.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "compute_logs" {
  bucket = aws_s3_bucket.compute_logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "compute_logs" {
  bucket                  = aws_s3_bucket.compute_logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "compute_logs" {
  bucket = aws_s3_bucket.compute_logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "compute_logs" {
  bucket = aws_s3_bucket.compute_logs.id

  rule {
    id     = "abort-unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 90
    }
  }

  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }
  }

  depends_on = [aws_s3_bucket_versioning.compute_logs]
}

resource "aws_s3_bucket_policy" "compute_logs" {
  bucket = aws_s3_bucket.compute_logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:${local.partition}:s3:::ledger-compute-logs-${local.account_id}-${local.region}",
          "arn:${local.partition}:s3:::ledger-compute-logs-${local.account_id}-${local.region}/*",
        ]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [
    aws_s3_bucket_public_access_block.compute_logs,
    aws_s3_bucket_versioning.compute_logs,
  ]
}

# Whoever uses the bucket waits until it is closed, versioned and has its policy.
locals {
  compute_logs_bucket = aws_s3_bucket_policy.compute_logs.bucket
}

# The password is made once and is in no plan and no state. The database takes it from the secret's version,
# so that a first apply that failed half-way cannot leave two different passwords.
ephemeral "aws_secretsmanager_random_password" "database" {
  password_length    = 40
  exclude_characters = "\"@/\\ '%:?#[]&=+`$"
}

resource "aws_secretsmanager_secret" "database" {
  name_prefix             = "ledger-database-"
  description             = "Password of the Postgres user dagster of the Dagster deployment ledger"
  recovery_window_in_days = 30

  kms_key_id = local.kms_key_arn

  tags = { Name = "ledger-database" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.database.id

  secret_string_wo = jsonencode({
    username = "dagster"
    password = ephemeral.aws_secretsmanager_random_password.database.random_password
  })
  secret_string_wo_version = 1
}

ephemeral "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret_version.database.secret_id
}

resource "aws_security_group" "database" {
  name_prefix = "ledger-database-"
  description = "Dagster database"
  vpc_id      = local.vpc_id

  tags = { Name = "ledger-database" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_subnet_group" "database" {
  name_prefix = "ledger-database-"
  description = "Dagster database"
  subnet_ids  = [local.private_subnet_1, local.private_subnet_2]

  tags = { Name = "ledger-database" }
}

resource "aws_iam_role" "database_monitoring" {
  name        = "ledger-eu-central-1-database-monitoring"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Sends enhanced monitoring of the database to CloudWatch"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "monitoring.rds.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy_attachment" "database_monitoring_1" {
  role       = aws_iam_role.database_monitoring.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_rds_cluster_parameter_group" "database" {
  name_prefix = "ledger-database-"
  description = "Dagster database"
  family      = "aurora-postgresql17"

  parameter {
    name         = "log_min_duration_statement"
    value        = "1000"
    apply_method = "immediate"
  }

  parameter {
    name         = "log_statement"
    value        = "ddl"
    apply_method = "immediate"
  }

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "immediate"
  }

  tags = { Name = "ledger-database" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_cluster" "database" {
  cluster_identifier_prefix = "ledger-database-"

  engine         = "aurora-postgresql"
  engine_version = "17"

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 8.0
  }

  storage_encrypted = true

  kms_key_id = local.kms_key_arn

  database_name   = "dagster"
  master_username = "dagster"
  port            = 5432

  master_password_wo         = jsondecode(ephemeral.aws_secretsmanager_secret_version.database.secret_string)["password"]
  master_password_wo_version = aws_secretsmanager_secret_version.database.secret_string_wo_version

  db_subnet_group_name            = aws_db_subnet_group.database.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.database.name
  vpc_security_group_ids          = [aws_security_group.database.id]

  iam_database_authentication_enabled = true

  backup_retention_period  = 30
  copy_tags_to_snapshot    = true
  delete_automated_backups = false
  deletion_protection      = true
  skip_final_snapshot      = false

  final_snapshot_identifier = "ledger-database-final"

  preferred_backup_window      = "01:00-02:00"
  preferred_maintenance_window = "sun:02:00-sun:03:00"

  enabled_cloudwatch_logs_exports = ["postgresql"]

  tags = { Name = "ledger-database" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_rds_cluster_instance" "database_1" {
  identifier_prefix = "ledger-database-"

  cluster_identifier         = aws_rds_cluster.database.id
  engine                     = aws_rds_cluster.database.engine
  instance_class             = "db.serverless"
  db_subnet_group_name       = aws_db_subnet_group.database.name
  auto_minor_version_upgrade = true
  publicly_accessible        = false

  performance_insights_enabled          = true
  performance_insights_retention_period = 7
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.database_monitoring.arn

  performance_insights_kms_key_id = local.kms_key_arn

  tags = { Name = "ledger-database-1" }
}

resource "aws_rds_cluster_instance" "database_2" {
  identifier_prefix = "ledger-database-"

  cluster_identifier         = aws_rds_cluster.database.id
  engine                     = aws_rds_cluster.database.engine
  instance_class             = "db.serverless"
  db_subnet_group_name       = aws_db_subnet_group.database.name
  auto_minor_version_upgrade = true
  publicly_accessible        = false

  performance_insights_enabled          = true
  performance_insights_retention_period = 7
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.database_monitoring.arn

  performance_insights_kms_key_id = local.kms_key_arn

  tags = { Name = "ledger-database-2" }
}

locals {
  database_identifier     = aws_rds_cluster.database.cluster_identifier
  database_host           = aws_rds_cluster.database.endpoint
  database_security_group = aws_security_group.database.id
  database_secret_arn     = aws_secretsmanager_secret.database.arn
  database_resource_id    = aws_rds_cluster.database.cluster_resource_id
}
