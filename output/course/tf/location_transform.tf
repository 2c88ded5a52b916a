locals {
  gitrev_transform                    = lookup(var.releases, "transform", var.gitrev)
  run_log_group_transform             = aws_cloudwatch_log_group.run_transform.name
  secret_warehouse_password_transform = aws_secretsmanager_secret.secret_warehouse_password_transform.arn
}

resource "aws_ecr_repository" "location_transform" {
  name                 = "course/location/transform"
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

resource "aws_ecr_lifecycle_policy" "location_transform" {
  repository = aws_ecr_repository.location_transform.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest images stay, however old they are\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":500},\"action\":{\"type\":\"expire\"}}]}"
}

locals {
  repository_uri_transform = aws_ecr_repository.location_transform.repository_url
}

# Empty on purpose: `aws secretsmanager put-secret-value` fills it, and no apply touches the value.
resource "aws_secretsmanager_secret" "secret_warehouse_password_transform" {
  name                    = "course/transform/warehouse_password"
  description             = "warehouse_password of the code location transform (course): created empty, filled by hand"
  recovery_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_role" "execution_transform" {
  name        = "course-eu-west-1-location-transform-execution"
  path        = "/dagforge/eu-west-1/course/run/"
  description = "Starts the tasks of the code location transform"

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

resource "aws_iam_role_policy" "execution_transform" {
  name = "permissions"
  role = aws_iam_role.execution_transform.id

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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/course/location/transform",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/course/server/transform:log-stream:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/course/run/transform:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          local.database_secret_arn,
          local.secret_warehouse_password_transform,
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "run_transform" {
  name              = "/dagforge/course/run/transform"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "run_transform" {
  name        = "course-eu-west-1-location-transform-run"
  path        = "/dagforge/eu-west-1/course/run/"
  description = "Runs of the code location transform"

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

resource "aws_iam_role_policy" "run_transform" {
  name = "permissions"
  role = aws_iam_role.run_transform.id

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

resource "aws_ecs_task_definition" "run_transform" {
  family                   = "course_run_transform"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "2048"
  execution_role_arn       = aws_iam_role.execution_transform.arn
  task_role_arn            = aws_iam_role.run_transform.arn

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
      image     = "${local.repository_uri_transform}:${local.gitrev_transform}"
      essential = true

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_transform}:${local.gitrev_transform}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
        { name = "REDIS_HOST", value = "cache.course.example" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
        { name = "WAREHOUSE_PASSWORD", valueFrom = local.secret_warehouse_password_transform },
      ]

      mountPoints = [
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.run_log_group_transform
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
  run_task_definition_transform = aws_ecs_task_definition.run_transform.arn
  server_log_group_transform    = aws_cloudwatch_log_group.server_transform.name
}

resource "aws_cloudwatch_log_group" "server_transform" {
  name              = "/dagforge/course/server/transform"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "server_transform" {
  name        = "course-eu-west-1-location-transform-server"
  path        = "/dagforge/eu-west-1/course/service/"
  description = "Code server of the code location transform"

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

resource "aws_iam_role_policy" "server_transform" {
  name = "permissions"
  role = aws_iam_role.server_transform.id

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

resource "aws_ecs_task_definition" "server_transform" {
  family                   = "course_server_transform"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.execution_transform.arn
  task_role_arn            = aws_iam_role.server_transform.arn

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
      image     = "${local.repository_uri_transform}:${local.gitrev_transform}"
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
        "course_transform.definitions",
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
        { name = "DAGSTER_CONTAINER_CONTEXT", value = "{\"ecs\":{\"task_definition_arn\":\"${local.run_task_definition_transform}\",\"container_name\":\"run\"}}" },
        { name = "DAGSTER_CURRENT_IMAGE", value = "${local.repository_uri_transform}:${local.gitrev_transform}" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
        { name = "REDIS_HOST", value = "cache.course.example" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
        { name = "WAREHOUSE_PASSWORD", valueFrom = local.secret_warehouse_password_transform },
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
          awslogs-group         = local.server_log_group_transform
          awslogs-region        = local.region
          awslogs-stream-prefix = "server"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_service_discovery_service" "server_transform" {
  name = "transform"

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

resource "aws_ecs_service" "server_transform" {
  name            = "course_server_transform"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.server_transform.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "course_server_transform" }

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
    registry_arn = aws_service_discovery_service.server_transform.arn
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.execution_transform,
    aws_iam_role_policy.server_transform,
  ]
}
