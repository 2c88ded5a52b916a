resource "aws_s3_bucket" "config" {
  bucket        = "lakehouse-config-${local.account_id}-${local.region}"
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
          "arn:${local.partition}:s3:::lakehouse-config-${local.account_id}-${local.region}",
          "arn:${local.partition}:s3:::lakehouse-config-${local.account_id}-${local.region}/*",
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
  bucket        = "lakehouse-compute-logs-${local.account_id}-${local.region}"
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
      days = 60
    }
  }

  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 60
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
          "arn:${local.partition}:s3:::lakehouse-compute-logs-${local.account_id}-${local.region}",
          "arn:${local.partition}:s3:::lakehouse-compute-logs-${local.account_id}-${local.region}/*",
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

resource "aws_s3_bucket" "data" {
  bucket        = "lakehouse-data-${local.account_id}-${local.region}"
  force_destroy = false

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"

      kms_master_key_id = local.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    id     = "abort-unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "rule-1"
    status = "Enabled"

    filter {
      prefix = "repos/ingest/landing/"
    }

    expiration {
      days = 90
    }
  }

  rule {
    id     = "rule-2"
    status = "Enabled"

    filter {
      prefix = "repos/reports/"
    }

    transition {
      days          = 60
      storage_class = "STANDARD_IA"
    }
  }

  depends_on = [aws_s3_bucket_versioning.data]
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          "arn:${local.partition}:s3:::lakehouse-data-${local.account_id}-${local.region}",
          "arn:${local.partition}:s3:::lakehouse-data-${local.account_id}-${local.region}/*",
        ]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [
    aws_s3_bucket_public_access_block.data,
    aws_s3_bucket_versioning.data,
  ]
}

# Whoever uses the bucket waits until it is closed, versioned and has its policy.
locals {
  data_bucket = aws_s3_bucket_policy.data.bucket
}

resource "aws_efs_file_system" "file_system_shared" {
  encrypted        = true
  performance_mode = "generalPurpose"
  throughput_mode  = "elastic"

  kms_key_id = local.kms_key_arn

  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }

  tags = { Name = "lakehouse-file-system-shared" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_efs_backup_policy" "file_system_shared" {
  file_system_id = aws_efs_file_system.file_system_shared.id

  backup_policy {
    status = "ENABLED"
  }
}

# With a policy, who has no role that may is nobody; without one, everybody in the network may do everything.
resource "aws_efs_file_system_policy" "file_system_shared" {
  file_system_id = aws_efs_file_system.file_system_shared.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainTraffic"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_security_group" "file_system_shared" {
  name_prefix = "lakehouse-file-system-shared-"
  description = "File system shared"
  vpc_id      = local.vpc_id

  tags = { Name = "lakehouse-file-system-shared" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_efs_mount_target" "file_system_shared_1" {
  file_system_id  = aws_efs_file_system_policy.file_system_shared.file_system_id
  subnet_id       = local.private_subnet_1
  security_groups = [aws_security_group.file_system_shared.id]
}

resource "aws_efs_mount_target" "file_system_shared_2" {
  file_system_id  = aws_efs_file_system_policy.file_system_shared.file_system_id
  subnet_id       = local.private_subnet_2
  security_groups = [aws_security_group.file_system_shared.id]
}

# Whoever uses the file system waits until it has its policy and an address.
locals {
  file_system_shared                = aws_efs_mount_target.file_system_shared_1.file_system_id
  file_system_shared_security_group = aws_security_group.file_system_shared.id
}

# The password is made once and is in no plan and no state. The database takes it from the secret's version,
# so that a first apply that failed half-way cannot leave two different passwords.
ephemeral "aws_secretsmanager_random_password" "database" {
  password_length    = 40
  exclude_characters = "\"@/\\ '%:?#[]&=+`$"
}

resource "aws_secretsmanager_secret" "database" {
  name_prefix             = "lakehouse-database-"
  description             = "Password of the Postgres user dagster of the Dagster deployment lakehouse"
  recovery_window_in_days = 30

  kms_key_id = local.kms_key_arn

  tags = { Name = "lakehouse-database" }

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
  name_prefix = "lakehouse-database-"
  description = "Dagster database"
  vpc_id      = local.vpc_id

  tags = { Name = "lakehouse-database" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_subnet_group" "database" {
  name_prefix = "lakehouse-database-"
  description = "Dagster database"
  subnet_ids  = [local.private_subnet_1, local.private_subnet_2]

  tags = { Name = "lakehouse-database" }
}

resource "aws_iam_role" "database_monitoring" {
  name        = "lakehouse-eu-west-1-database-monitoring"
  path        = "/dagforge/eu-west-1/lakehouse/service/"
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

resource "aws_db_parameter_group" "database" {
  name_prefix = "lakehouse-database-"
  description = "Dagster database"
  family      = "postgres17"

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

  tags = { Name = "lakehouse-database" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "database" {
  identifier_prefix = "lakehouse-database-"

  engine                     = "postgres"
  engine_version             = "17"
  auto_minor_version_upgrade = true
  instance_class             = "db.t4g.small"
  multi_az                   = false

  allocated_storage     = 20
  max_allocated_storage = 100
  storage_type          = "gp3"
  storage_encrypted     = true

  kms_key_id                      = local.kms_key_arn
  performance_insights_kms_key_id = local.kms_key_arn

  db_name  = "dagster"
  username = "dagster"
  port     = 5432

  password_wo         = jsondecode(ephemeral.aws_secretsmanager_secret_version.database.secret_string)["password"]
  password_wo_version = aws_secretsmanager_secret_version.database.secret_string_wo_version

  db_subnet_group_name   = aws_db_subnet_group.database.name
  parameter_group_name   = aws_db_parameter_group.database.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false

  iam_database_authentication_enabled = true

  backup_retention_period  = 14
  copy_tags_to_snapshot    = true
  delete_automated_backups = false
  deletion_protection      = true
  skip_final_snapshot      = false

  final_snapshot_identifier = "lakehouse-database-final"

  backup_window      = "01:00-02:00"
  maintenance_window = "sun:03:00-sun:04:00"

  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]
  performance_insights_enabled          = true
  performance_insights_retention_period = 7
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.database_monitoring.arn

  tags = { Name = "lakehouse-database" }

  lifecycle {
    prevent_destroy = true
  }
}

locals {
  database_identifier     = aws_db_instance.database.identifier
  database_host           = aws_db_instance.database.address
  database_security_group = aws_security_group.database.id
  database_secret_arn     = aws_secretsmanager_secret.database.arn
}
