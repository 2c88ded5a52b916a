locals {
  gitrev_reports        = lookup(var.releases, "reports", var.gitrev)
  run_log_group_reports = aws_cloudwatch_log_group.run_reports.name
}

resource "aws_ecr_repository" "location_reports" {
  name                 = "ledger/location/reports"
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

resource "aws_ecr_lifecycle_policy" "location_reports" {
  repository = aws_ecr_repository.location_reports.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest images stay, however old they are\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":500},\"action\":{\"type\":\"expire\"}}]}"
}

locals {
  repository_uri_reports = aws_ecr_repository.location_reports.repository_url
}

resource "aws_iam_role" "execution_reports" {
  name        = "ledger-eu-central-1-location-reports-execution"
  path        = "/ledger/dagster/eu-central-1/ledger/run/"
  description = "Starts the tasks of the code location reports"

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

resource "aws_iam_role_policy" "execution_reports" {
  name = "permissions"
  role = aws_iam_role.execution_reports.id

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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/ledger/location/reports",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/server/reports:log-stream:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/ledger/run/reports:log-stream:*",
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "run_reports" {
  name              = "/dagforge/ledger/run/reports"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "run_reports" {
  name        = "ledger-eu-central-1-location-reports-run"
  path        = "/ledger/dagster/eu-central-1/ledger/run/"
  description = "Runs of the code location reports"

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

resource "aws_iam_role_policy" "run_reports" {
  name = "permissions"
  role = aws_iam_role.run_reports.id

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
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/ledger_run_reports:*",
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
          "arn:${local.partition}:iam::${local.account_id}:role/ledger/dagster/eu-central-1/ledger/run/ledger-eu-central-1-location-reports-run",
          "arn:${local.partition}:iam::${local.account_id}:role/ledger/dagster/eu-central-1/ledger/run/ledger-eu-central-1-location-reports-execution",
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

resource "aws_iam_role_policy_attachment" "run_reports_1" {
  role       = aws_iam_role.run_reports.name
  policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_ecs_task_definition" "run_reports" {
  family                   = "ledger_run_reports"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "2048"
  execution_role_arn       = aws_iam_role.execution_reports.arn
  task_role_arn            = aws_iam_role.run_reports.arn

  # What is queued or scheduled still names the revision it was made with, so a replaced revision stays registered.
  skip_destroy = true

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "tmp"
  }

  volume {
    name = "tmp_otel"
  }

  container_definitions = jsonencode([
    {
      name      = "otel"
      image     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
      essential = false

      command = [
        "--config=/etc/ecs/ecs-default-config.yaml",
      ]

      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      portMappings = [
        { containerPort = 4317, hostPort = 4317, protocol = "tcp" },
        { containerPort = 4318, hostPort = 4318, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
      ]

      mountPoints = [
        { sourceVolume = "tmp_otel", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.run_log_group_reports
          awslogs-region        = local.region
          awslogs-stream-prefix = "otel"
          mode                  = "blocking"
        }
      }
    },
    {
      name      = "run"
      image     = "${local.repository_uri_reports}:${local.gitrev_reports}"
      essential = true

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "otel", condition = "START" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_reports}:${local.gitrev_reports}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
        { name = "OTEL_EXPORTER_OTLP_ENDPOINT", value = "http://localhost:4318" },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.run_log_group_reports
          awslogs-region        = local.region
          awslogs-stream-prefix = "run"
          mode                  = "blocking"
        }
      }
    },
  ])
}

locals {
  run_task_definition_reports = aws_ecs_task_definition.run_reports.arn
  server_log_group_reports    = aws_cloudwatch_log_group.server_reports.name
}

resource "aws_cloudwatch_log_group" "server_reports" {
  name              = "/dagforge/ledger/server/reports"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "server_reports" {
  name        = "ledger-eu-central-1-location-reports-server"
  path        = "/ledger/dagster/eu-central-1/ledger/service/"
  description = "Code server of the code location reports"

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

resource "aws_iam_role_policy" "server_reports" {
  name = "permissions"
  role = aws_iam_role.server_reports.id

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

resource "aws_iam_role_policy_attachment" "server_reports_1" {
  role       = aws_iam_role.server_reports.name
  policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_ecs_task_definition" "server_reports" {
  family                   = "ledger_server_reports"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.execution_reports.arn
  task_role_arn            = aws_iam_role.server_reports.arn

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "tmp"
  }

  volume {
    name = "tmp_otel"
  }

  container_definitions = jsonencode([
    {
      name      = "otel"
      image     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
      essential = false

      command = [
        "--config=/etc/ecs/ecs-default-config.yaml",
      ]

      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      portMappings = [
        { containerPort = 4317, hostPort = 4317, protocol = "tcp" },
        { containerPort = 4318, hostPort = 4318, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
      ]

      mountPoints = [
        { sourceVolume = "tmp_otel", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.server_log_group_reports
          awslogs-region        = local.region
          awslogs-stream-prefix = "otel"
          mode                  = "blocking"
        }
      }
    },
    {
      name      = "server"
      image     = "${local.repository_uri_reports}:${local.gitrev_reports}"
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
        "ledger.reports",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = false
      stopTimeout            = 75
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "otel", condition = "START" },
      ]

      portMappings = [
        { containerPort = 4000, hostPort = 4000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_CONTAINER_CONTEXT", value = "{\"ecs\":{\"task_definition_arn\":\"${local.run_task_definition_reports}\",\"container_name\":\"run\"}}" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_reports}:${local.gitrev_reports}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
        { name = "OTEL_EXPORTER_OTLP_ENDPOINT", value = "http://localhost:4318" },
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
          awslogs-group         = local.server_log_group_reports
          awslogs-region        = local.region
          awslogs-stream-prefix = "server"
          mode                  = "blocking"
        }
      }
    },
  ])
}

resource "aws_service_discovery_service" "server_reports" {
  name = "reports"

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

resource "aws_ecs_service" "server_reports" {
  name            = "ledger_server_reports"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.server_reports.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = true
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "ledger_server_reports" }

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
    registry_arn = aws_service_discovery_service.server_reports.arn
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.execution_reports,
    aws_iam_role_policy.server_reports,
  ]
}

resource "aws_cloudwatch_metric_alarm" "reports_down" {
  alarm_name          = "ledger-reports-down"
  alarm_description   = "The code location reports has no server"
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
    "ServiceName" = "ledger_server_reports"
  }
}

resource "aws_cloudwatch_log_metric_filter" "failed_runs_reports" {
  name           = "failed-runs"
  log_group_name = local.run_log_group_reports
  pattern        = "RUN_FAILURE"

  metric_transformation {
    namespace = "Dagforge"
    name      = "ledger/reports/failed-runs"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "reports_failed_runs" {
  alarm_name          = "ledger-reports-failed-runs"
  alarm_description   = "A run of the code location reports has failed: see its log, or the UI"
  namespace           = "Dagforge"
  metric_name         = "ledger/reports/failed-runs"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.alarm_topic]
  ok_actions          = [local.alarm_topic]
}
