locals {
  gitrev_orchestration             = lookup(var.releases, "orchestration", var.gitrev)
  run_log_group_orchestration      = aws_cloudwatch_log_group.run_orchestration.name
  secret_slack_token_orchestration = aws_secretsmanager_secret.secret_slack_token_orchestration.arn
}

resource "aws_ecr_repository" "location_orchestration" {
  name                 = "analytics/location/orchestration"
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

resource "aws_ecr_lifecycle_policy" "location_orchestration" {
  repository = aws_ecr_repository.location_orchestration.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest images stay, however old they are\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":500},\"action\":{\"type\":\"expire\"}}]}"
}

locals {
  repository_uri_orchestration = aws_ecr_repository.location_orchestration.repository_url
}

# Empty on purpose: `aws secretsmanager put-secret-value` fills it, and no apply touches the value.
resource "aws_secretsmanager_secret" "secret_slack_token_orchestration" {
  name                    = "analytics/orchestration/slack_token"
  description             = "slack_token of the code location orchestration (analytics): created empty, filled by hand"
  recovery_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_role" "execution_orchestration" {
  name        = "analytics-eu-central-1-location-orchestration-execution"
  path        = "/dagforge/eu-central-1/analytics/run/"
  description = "Starts the tasks of the code location orchestration"

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

resource "aws_iam_role_policy" "execution_orchestration" {
  name = "permissions"
  role = aws_iam_role.execution_orchestration.id

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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/analytics/location/orchestration",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/server/orchestration:log-stream:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/run/orchestration:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          local.database_secret_arn,
          local.secret_slack_token_orchestration,
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "run_orchestration" {
  name              = "/dagforge/analytics/run/orchestration"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "run_orchestration" {
  name        = "analytics-eu-central-1-location-orchestration-run"
  path        = "/dagforge/eu-central-1/analytics/run/"
  description = "Runs of the code location orchestration"

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

resource "aws_iam_role_policy" "run_orchestration" {
  name = "permissions"
  role = aws_iam_role.run_orchestration.id

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
        Sid    = "StartTasks"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/analytics_task_dbt-finance:*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics" } }
      },
      {
        Sid    = "TagTasks"
        Effect = "Allow"
        Action = ["ecs:TagResource"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/analytics/*",
        ]

        Condition = { "StringEquals" = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid    = "PassTaskRoles"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-finance-task",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-finance-execution",
        ]

        Condition = { "StringEquals" = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid    = "WatchTasks"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/analytics/*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "run_orchestration" {
  family                   = "analytics_run_orchestration"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "2048"
  execution_role_arn       = aws_iam_role.execution_orchestration.arn
  task_role_arn            = aws_iam_role.run_orchestration.arn

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
      image     = "${local.repository_uri_orchestration}:${local.gitrev_orchestration}"
      essential = true

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGFORGE_TASK_DBT_FINANCE", value = "{\"cluster\":\"analytics\",\"taskDefinition\":\"analytics_task_dbt-finance\",\"launchType\":\"FARGATE\",\"propagateTags\":\"TASK_DEFINITION\",\"networkConfiguration\":{\"awsvpcConfiguration\":{\"assignPublicIp\":\"DISABLED\",\"securityGroups\":[\"${local.task_security_group}\"],\"subnets\":[\"${local.private_subnet_1}\",\"${local.private_subnet_2}\"]}}}" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_orchestration}:${local.gitrev_orchestration}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
        { name = "SLACK_TOKEN", valueFrom = local.secret_slack_token_orchestration },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.run_log_group_orchestration
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
  run_task_definition_orchestration = aws_ecs_task_definition.run_orchestration.arn
  server_log_group_orchestration    = aws_cloudwatch_log_group.server_orchestration.name
}

resource "aws_cloudwatch_log_group" "server_orchestration" {
  name              = "/dagforge/analytics/server/orchestration"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "server_orchestration" {
  name        = "analytics-eu-central-1-location-orchestration-server"
  path        = "/dagforge/eu-central-1/analytics/service/"
  description = "Code server of the code location orchestration"

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

resource "aws_iam_role_policy" "server_orchestration" {
  name = "permissions"
  role = aws_iam_role.server_orchestration.id

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

resource "aws_ecs_task_definition" "server_orchestration" {
  family                   = "analytics_server_orchestration"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.execution_orchestration.arn
  task_role_arn            = aws_iam_role.server_orchestration.arn

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
      image     = "${local.repository_uri_orchestration}:${local.gitrev_orchestration}"
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
        "analytics_orchestration.definitions",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 75
      linuxParameters        = { initProcessEnabled = true }

      portMappings = [
        { containerPort = 4000, hostPort = 4000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGFORGE_TASK_DBT_FINANCE", value = "{\"cluster\":\"analytics\",\"taskDefinition\":\"analytics_task_dbt-finance\",\"launchType\":\"FARGATE\",\"propagateTags\":\"TASK_DEFINITION\",\"networkConfiguration\":{\"awsvpcConfiguration\":{\"assignPublicIp\":\"DISABLED\",\"securityGroups\":[\"${local.task_security_group}\"],\"subnets\":[\"${local.private_subnet_1}\",\"${local.private_subnet_2}\"]}}}" },
        { name = "DAGSTER_CONTAINER_CONTEXT", value = "{\"ecs\":{\"task_definition_arn\":\"${local.run_task_definition_orchestration}\",\"container_name\":\"run\"}}" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_orchestration}:${local.gitrev_orchestration}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
        { name = "SLACK_TOKEN", valueFrom = local.secret_slack_token_orchestration },
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
          awslogs-group         = local.server_log_group_orchestration
          awslogs-region        = local.region
          awslogs-stream-prefix = "server"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_service_discovery_service" "server_orchestration" {
  name = "orchestration"

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

resource "aws_ecs_service" "server_orchestration" {
  name            = "analytics_server_orchestration"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.server_orchestration.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "analytics_server_orchestration" }

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
    registry_arn = aws_service_discovery_service.server_orchestration.arn
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.execution_orchestration,
    aws_iam_role_policy.server_orchestration,
  ]
}
