locals {
  gitrev_models        = lookup(var.releases, "models", var.gitrev)
  run_log_group_models = aws_cloudwatch_log_group.run_models.name
}

resource "aws_ecr_repository" "location_models" {
  name                 = "lakehouse/location/models"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"

    kms_key = local.kms_key_arn
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_ecr_lifecycle_policy" "location_models" {
  repository = aws_ecr_repository.location_models.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest images stay, however old they are\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":500},\"action\":{\"type\":\"expire\"}}]}"
}

locals {
  repository_uri_models = aws_ecr_repository.location_models.repository_url
}

resource "aws_iam_role" "execution_models" {
  name        = "lakehouse-eu-west-1-location-models-execution"
  path        = "/dagforge/eu-west-1/lakehouse/run/"
  description = "Starts the tasks of the code location models"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "execution_models" {
  name = "permissions"
  role = aws_iam_role.execution_models.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "SignInToRegistry"
        Effect = "Allow"
        Action = ["ecr:GetAuthorizationToken"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "PullImages"
        Effect = "Allow"
        Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/lakehouse/location/models",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/lakehouse/server/models:log-stream:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/lakehouse/run/models:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          local.database_secret_arn,
        ]
      },
      {
        Sid    = "ReadParameters"
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/lakehouse/models/feature-store-token",
        ]
      },
      {
        Sid    = "UseKeyOfSecrets"
        Effect = "Allow"
        Action = ["kms:Decrypt"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "secretsmanager.eu-west-1.amazonaws.com" } }
      },
    ]
  })
}

locals {
  access_point_cache_models = aws_efs_access_point.access_point_cache_models.id
}

resource "aws_efs_access_point" "access_point_cache_models" {
  file_system_id = local.file_system_shared

  posix_user {
    uid = 1000
    gid = 1000
  }

  root_directory {
    path = "/models/cache"

    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "0750"
    }
  }

  tags = { Name = "lakehouse-models-cache" }
}

locals {
  access_point_features_models = aws_efs_access_point.access_point_features_models.id
}

resource "aws_efs_access_point" "access_point_features_models" {
  file_system_id = local.file_system_shared

  posix_user {
    uid = 1000
    gid = 1000
  }

  root_directory {
    path = "/models/features"

    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "0750"
    }
  }

  tags = { Name = "lakehouse-models-features" }
}

resource "aws_cloudwatch_log_group" "run_models" {
  name              = "/dagforge/lakehouse/run/models"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "run_models" {
  name        = "lakehouse-eu-west-1-location-models-run"
  path        = "/dagforge/eu-west-1/lakehouse/run/"
  description = "Runs of the code location models"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "run_models" {
  name = "permissions"
  role = aws_iam_role.run_models.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "WriteComputeLogs"
        Effect = "Allow"
        Action = ["s3:GetObject", "s3:PutObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}/compute-logs/*",
        ]
      },
      {
        Sid    = "ListComputeLogs"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}",
        ]

        Condition = { "StringLike" = { "s3:prefix" = "compute-logs/*" } }
      },
      {
        Sid    = "UseData"
        Effect = "Allow"
        Action = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.data_bucket}/repos/models/*",
        ]
      },
      {
        Sid    = "ListData"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:${local.partition}:s3:::${local.data_bucket}",
        ]

        Condition = { "StringLike" = { "s3:prefix" = "repos/models/*" } }
      },
      {
        Sid    = "MountCache"
        Effect = "Allow"
        Action = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource = [
          "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:file-system/${local.file_system_shared}",
        ]

        Condition = { "StringEquals" = { "elasticfilesystem:AccessPointArn" = "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:access-point/${local.access_point_cache_models}" } }
      },
      {
        Sid    = "MountFeatures"
        Effect = "Allow"
        Action = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource = [
          "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:file-system/${local.file_system_shared}",
        ]

        Condition = { "StringEquals" = { "elasticfilesystem:AccessPointArn" = "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:access-point/${local.access_point_features_models}" } }
      },
      {
        Sid    = "UseKeyOfObjects"
        Effect = "Allow"
        Action = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-west-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "run_models" {
  family                   = "lakehouse_run_models"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "4096"
  memory                   = "16384"
  execution_role_arn       = aws_iam_role.execution_models.arn
  task_role_arn            = aws_iam_role.run_models.arn

  # What is queued or scheduled still names the revision it was made with, so a replaced revision stays registered.
  skip_destroy = true

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  ephemeral_storage {
    size_in_gib = 100
  }

  volume {
    name = "tmp"
  }

  volume {
    name = "cache"

    efs_volume_configuration {
      file_system_id     = local.file_system_shared
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = local.access_point_cache_models
        iam             = "ENABLED"
      }
    }
  }

  volume {
    name = "features"

    efs_volume_configuration {
      file_system_id     = local.file_system_shared
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = local.access_point_features_models
        iam             = "ENABLED"
      }
    }
  }

  container_definitions = jsonencode([
    {
      name      = "run"
      image     = "${local.repository_uri_models}:${local.gitrev_models}"
      essential = true

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGFORGE_DATA_BUCKET", value = local.data_bucket },
        { name = "DAGFORGE_DATA_PREFIX", value = "repos/models/" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_models}:${local.gitrev_models}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
        { name = "FEATURE_STORE_TOKEN", valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/lakehouse/models/feature-store-token" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
        { sourceVolume = "cache", containerPath = "/mnt/cache", readOnly = false },
        { sourceVolume = "features", containerPath = "/mnt/features", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.run_log_group_models
          awslogs-region        = local.region
          awslogs-stream-prefix = "run"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

locals {
  run_task_definition_models = aws_ecs_task_definition.run_models.arn
  server_log_group_models    = aws_cloudwatch_log_group.server_models.name
}

resource "aws_cloudwatch_log_group" "server_models" {
  name              = "/dagforge/lakehouse/server/models"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "server_models" {
  name        = "lakehouse-eu-west-1-location-models-server"
  path        = "/dagforge/eu-west-1/lakehouse/service/"
  description = "Code server of the code location models"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "server_models" {
  name = "permissions"
  role = aws_iam_role.server_models.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "WriteComputeLogs"
        Effect = "Allow"
        Action = ["s3:GetObject", "s3:PutObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}/compute-logs/*",
        ]
      },
      {
        Sid    = "ListComputeLogs"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}",
        ]

        Condition = { "StringLike" = { "s3:prefix" = "compute-logs/*" } }
      },
      {
        Sid    = "UseData"
        Effect = "Allow"
        Action = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.data_bucket}/repos/models/*",
        ]
      },
      {
        Sid    = "ListData"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:${local.partition}:s3:::${local.data_bucket}",
        ]

        Condition = { "StringLike" = { "s3:prefix" = "repos/models/*" } }
      },
      {
        Sid    = "MountCache"
        Effect = "Allow"
        Action = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource = [
          "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:file-system/${local.file_system_shared}",
        ]

        Condition = { "StringEquals" = { "elasticfilesystem:AccessPointArn" = "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:access-point/${local.access_point_cache_models}" } }
      },
      {
        Sid    = "UseKeyOfObjects"
        Effect = "Allow"
        Action = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-west-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "server_models" {
  family                   = "lakehouse_server_models"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "2048"
  execution_role_arn       = aws_iam_role.execution_models.arn
  task_role_arn            = aws_iam_role.server_models.arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "tmp"
  }

  volume {
    name = "cache"

    efs_volume_configuration {
      file_system_id     = local.file_system_shared
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = local.access_point_cache_models
        iam             = "ENABLED"
      }
    }
  }

  container_definitions = jsonencode([
    {
      name      = "server"
      image     = "${local.repository_uri_models}:${local.gitrev_models}"
      essential = true

      command = [
        "dagster",
        "api",
        "grpc",
        "-h",
        "0.0.0.0",
        "-p",
        "4000",
        "-m",
        "models.definitions",
        "--fixed-server-id",
        "models-bac39a9c7017-${local.repository_uri_models}:${local.gitrev_models}",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 75
      linuxParameters        = { initProcessEnabled = true }

      portMappings = [
        { containerPort = 4000, hostPort = 4000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGFORGE_DATA_BUCKET", value = local.data_bucket },
        { name = "DAGFORGE_DATA_PREFIX", value = "repos/models/" },
        { name = "DAGSTER_CONTAINER_CONTEXT", value = "{\"ecs\":{\"task_definition_arn\":\"${local.run_task_definition_models}\",\"container_name\":\"run\"}}" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_models}:${local.gitrev_models}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
        { name = "FEATURE_STORE_TOKEN", valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/lakehouse/models/feature-store-token" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
        { sourceVolume = "cache", containerPath = "/mnt/cache", readOnly = false },
      ]

      healthCheck = {
        command     = ["CMD", "dagster", "api", "grpc-health-check", "-p", "4000"]
        interval    = 30
        timeout     = 20
        retries     = 3
        startPeriod = 180
      }

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.server_log_group_models
          awslogs-region        = local.region
          awslogs-stream-prefix = "server"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_service_discovery_service" "server_models" {
  name = "models"

  dns_config {
    namespace_id   = local.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }

  health_check_custom_config {
    failure_threshold = 1
  }
}

resource "aws_ecs_service" "server_models" {
  name            = "lakehouse_server_models"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.server_models.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 2 : 0

  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "lakehouse_server_models" }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.server_security_group]
    subnets          = [local.private_subnet_1, local.private_subnet_2]
  }

  service_registries {
    registry_arn = aws_service_discovery_service.server_models.arn
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.execution_models,
    aws_iam_role_policy.server_models,
  ]
}
