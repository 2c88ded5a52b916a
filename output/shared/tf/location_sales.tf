locals {
  gitrev_sales        = lookup(var.releases, "sales", var.gitrev)
  run_log_group_sales = aws_cloudwatch_log_group.run_sales.name
}

resource "aws_ecr_repository" "location_sales" {
  name                 = "shared/location/sales"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_ecr_lifecycle_policy" "location_sales" {
  repository = aws_ecr_repository.location_sales.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest images stay, however old they are\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":500},\"action\":{\"type\":\"expire\"}}]}"
}

locals {
  repository_uri_sales = aws_ecr_repository.location_sales.repository_url
}

resource "aws_iam_role" "execution_sales" {
  name        = "shared-us-gov-west-1-location-sales-execution"
  path        = "/dagforge/us-gov-west-1/shared/run/"
  description = "Starts the tasks of the code location sales"

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

resource "aws_iam_role_policy" "execution_sales" {
  name = "permissions"
  role = aws_iam_role.execution_sales.id

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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/shared/location/sales",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/shared/server/sales:log-stream:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/shared/run/sales:log-stream:*",
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
    ]
  })
}

resource "aws_cloudwatch_log_group" "run_sales" {
  name              = "/dagforge/shared/run/sales"
  retention_in_days = 365

  skip_destroy = true
}

import {
  to = aws_cloudwatch_log_group.run_sales
  id = "/dagforge/shared/run/sales"
}

resource "aws_iam_role" "run_sales" {
  name        = "shared-us-gov-west-1-location-sales-run"
  path        = "/dagforge/us-gov-west-1/shared/run/"
  description = "Runs of the code location sales"

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

resource "aws_iam_role_policy" "run_sales" {
  name = "permissions"
  role = aws_iam_role.run_sales.id

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
    ]
  })
}

resource "aws_ecs_task_definition" "run_sales" {
  family                   = "shared_run_sales"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "2048"
  execution_role_arn       = aws_iam_role.execution_sales.arn
  task_role_arn            = aws_iam_role.run_sales.arn

  # What is queued or scheduled still names the revision it was made with, so a replaced revision stays registered.
  skip_destroy = true

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name      = "run"
      image     = "${local.repository_uri_sales}:${local.gitrev_sales}"
      essential = true

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "us-gov-west-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_sales}:${local.gitrev_sales}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.run_log_group_sales
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
  run_task_definition_sales = aws_ecs_task_definition.run_sales.arn
  server_log_group_sales    = aws_cloudwatch_log_group.server_sales.name
}

resource "aws_cloudwatch_log_group" "server_sales" {
  name              = "/dagforge/shared/server/sales"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "server_sales" {
  name        = "shared-us-gov-west-1-location-sales-server"
  path        = "/dagforge/us-gov-west-1/shared/service/"
  description = "Code server of the code location sales"

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

resource "aws_iam_role_policy" "server_sales" {
  name = "permissions"
  role = aws_iam_role.server_sales.id

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
    ]
  })
}

resource "aws_ecs_task_definition" "server_sales" {
  family                   = "shared_server_sales"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.execution_sales.arn
  task_role_arn            = aws_iam_role.server_sales.arn

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name      = "server"
      image     = "${local.repository_uri_sales}:${local.gitrev_sales}"
      essential = true

      command = [
        "dagster",
        "code-server",
        "start",
        "-h",
        "0.0.0.0",
        "-p",
        "4000",
        "-m",
        "acme_sales.definitions",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 75
      linuxParameters        = { initProcessEnabled = true }

      portMappings = [
        { containerPort = 4000, hostPort = 4000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "us-gov-west-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_CONTAINER_CONTEXT", value = "{\"ecs\":{\"task_definition_arn\":\"${local.run_task_definition_sales}\",\"container_name\":\"run\"}}" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_sales}:${local.gitrev_sales}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
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
          awslogs-group         = local.server_log_group_sales
          awslogs-region        = local.region
          awslogs-stream-prefix = "server"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_service_discovery_service" "server_sales" {
  name = "shared-sales"

  dns_config {
    namespace_id   = "ns-e4anhexample0004"
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

resource "aws_ecs_service" "server_sales" {
  name            = "shared_server_sales"
  cluster         = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/tools"
  task_definition = aws_ecs_task_definition.server_sales.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "shared_server_sales" }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.server_security_group]
    subnets          = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"]
  }

  service_registries {
    registry_arn = aws_service_discovery_service.server_sales.arn
  }

  depends_on = [
    aws_iam_role_policy.execution_sales,
    aws_iam_role_policy.server_sales,
  ]
}
