locals {
  gitrev_invoices        = lookup(var.releases, "invoices", var.gitrev)
  run_log_group_invoices = aws_cloudwatch_log_group.run_invoices.name
}

resource "aws_ecr_repository" "location_invoices" {
  name                 = "ledger/location/bills"
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

resource "aws_ecr_lifecycle_policy" "location_invoices" {
  repository = aws_ecr_repository.location_invoices.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest images stay, however old they are\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":500},\"action\":{\"type\":\"expire\"}}]}"
}

locals {
  repository_uri_invoices = aws_ecr_repository.location_invoices.repository_url
}

resource "aws_iam_role" "execution_invoices" {
  name        = "ledger-eu-central-1-location-bills-execution"
  path        = "/ledger/dagster/eu-central-1/ledger/run/"
  description = "Starts the tasks of the code location invoices"

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

resource "aws_iam_role_policy" "execution_invoices" {
  name = "permissions"
  role = aws_iam_role.execution_invoices.id

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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/ledger/location/bills",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/server/bills:log-stream:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/run/bills:log-stream:*",
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "run_invoices" {
  name              = "/dagforge/ledger/run/bills"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "run_invoices" {
  name        = "ledger-eu-central-1-location-bills-run"
  path        = "/ledger/dagster/eu-central-1/ledger/run/"
  description = "Runs of the code location invoices"

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

resource "aws_iam_role_policy" "run_invoices" {
  name = "permissions"
  role = aws_iam_role.run_invoices.id

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
        Sid    = "SignInToDatabase"
        Effect = "Allow"
        Action = ["rds-db:connect"]
        Resource = [
          "arn:${local.partition}:rds-db:${local.region}:${local.account_id}:dbuser:${local.database_resource_id}/dagster",
        ]
      },
      {
        Sid    = "LaunchSteps"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/ledger_run_bills:*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/ledger" } }
      },
      {
        Sid    = "TagSteps"
        Effect = "Allow"
        Action = ["ecs:TagResource"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/ledger/*",
        ]

        Condition = { "StringEquals" = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid    = "WatchSteps"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/ledger/*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/ledger" } }
      },
      {
        Sid    = "PassStepRoles"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:${local.partition}:iam::${local.account_id}:role/ledger/dagster/eu-central-1/ledger/run/ledger-eu-central-1-location-bills-run",
          "arn:${local.partition}:iam::${local.account_id}:role/ledger/dagster/eu-central-1/ledger/run/ledger-eu-central-1-location-bills-execution",
        ]

        Condition = { "StringEquals" = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid    = "UseKeyOfObjects"
        Effect = "Allow"
        Action = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "run_invoices" {
  family                   = "ledger_run_bills"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "2048"
  execution_role_arn       = aws_iam_role.execution_invoices.arn
  task_role_arn            = aws_iam_role.run_invoices.arn

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
      image     = "${local.repository_uri_invoices}:${local.gitrev_invoices}"
      essential = true

      entryPoint = ["timeout", "-k", "120", "14400"]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_invoices}:${local.gitrev_invoices}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.run_log_group_invoices
          awslogs-region        = local.region
          awslogs-stream-prefix = "run"
          mode                  = "blocking"
        }
      }
    },
  ])
}

locals {
  run_task_definition_invoices = aws_ecs_task_definition.run_invoices.arn
  server_log_group_invoices    = aws_cloudwatch_log_group.server_invoices.name
}

resource "aws_cloudwatch_log_group" "server_invoices" {
  name              = "/dagforge/ledger/server/bills"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "server_invoices" {
  name        = "ledger-eu-central-1-location-bills-server"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Code server of the code location invoices"

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

resource "aws_iam_role_policy" "server_invoices" {
  name = "permissions"
  role = aws_iam_role.server_invoices.id

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
        Sid    = "SignInToDatabase"
        Effect = "Allow"
        Action = ["rds-db:connect"]
        Resource = [
          "arn:${local.partition}:rds-db:${local.region}:${local.account_id}:dbuser:${local.database_resource_id}/dagster",
        ]
      },
      {
        Sid    = "ExecuteCommand"
        Effect = "Allow"
        Action = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "FindSessionLog"
        Effect = "Allow"
        Action = ["logs:DescribeLogGroups"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "WriteSessionLog"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/exec:*",
        ]
      },
      {
        Sid    = "UseKeyOfObjects"
        Effect = "Allow"
        Action = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "server_invoices" {
  family                   = "ledger_server_bills"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.execution_invoices.arn
  task_role_arn            = aws_iam_role.server_invoices.arn

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
      image     = "${local.repository_uri_invoices}:${local.gitrev_invoices}"
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
        "ledger.invoices",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = false
      stopTimeout            = 75
      linuxParameters        = { initProcessEnabled = true }

      portMappings = [
        { containerPort = 4000, hostPort = 4000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_CONTAINER_CONTEXT", value = "{\"ecs\":{\"task_definition_arn\":\"${local.run_task_definition_invoices}\",\"container_name\":\"run\"}}" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_invoices}:${local.gitrev_invoices}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
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
          awslogs-group         = local.server_log_group_invoices
          awslogs-region        = local.region
          awslogs-stream-prefix = "server"
          mode                  = "blocking"
        }
      }
    },
  ])
}

resource "aws_service_discovery_service" "server_invoices" {
  name = "bills"

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

resource "aws_ecs_service" "server_invoices" {
  name            = "ledger_server_bills"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.server_invoices.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = true
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "ledger_server_bills" }

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
    registry_arn = aws_service_discovery_service.server_invoices.arn
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.execution_invoices,
    aws_iam_role_policy.server_invoices,
  ]
}

resource "aws_cloudwatch_metric_alarm" "bills_down" {
  alarm_name          = "ledger-bills-down"
  alarm_description   = "The code location invoices has no server"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "SampleCount"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]

  dimensions = {
    "ClusterName" = "ledger"
    "ServiceName" = "ledger_server_bills"
  }
}

resource "aws_cloudwatch_log_metric_filter" "failed_runs_invoices" {
  name           = "failed-runs"
  log_group_name = local.run_log_group_invoices
  pattern        = "RUN_FAILURE"

  metric_transformation {
    namespace = "Dagforge"
    name      = "ledger/bills/failed-runs"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "bills_failed_runs" {
  alarm_name          = "ledger-bills-failed-runs"
  alarm_description   = "A run of the code location invoices has failed: see its log, or the UI"
  namespace           = "Dagforge"
  metric_name         = "ledger/bills/failed-runs"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]
}
