locals {
  gitrev_dbt_sales           = lookup(var.releases, "dbt-sales", var.gitrev)
  task_log_group_dbt_sales   = aws_cloudwatch_log_group.task_dbt_sales.name
  repository_uri_dbt_sales   = aws_ecr_repository.task_dbt_sales.repository_url
  secret_warehouse_dbt_sales = aws_secretsmanager_secret.secret_warehouse_dbt_sales.arn
}

resource "aws_ecr_repository" "task_dbt_sales" {
  name                 = "analytics/task/dbt-sales"
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

resource "aws_ecr_lifecycle_policy" "task_dbt_sales" {
  repository = aws_ecr_repository.task_dbt_sales.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Untagged images go\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":7},\"action\":{\"type\":\"expire\"}},{\"rulePriority\":2,\"description\":\"The newest images stay, however old they are\",\"selection\":{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":500},\"action\":{\"type\":\"expire\"}}]}"
}

# Empty on purpose: `aws secretsmanager put-secret-value` fills it, and no apply touches the value.
resource "aws_secretsmanager_secret" "secret_warehouse_dbt_sales" {
  name                    = "analytics/dbt-sales/warehouse"
  description             = "warehouse of the task dbt-sales (analytics): created empty, filled by hand"
  recovery_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_role" "execution_dbt_sales" {
  name        = "analytics-eu-central-1-task-dbt-sales-execution"
  path        = "/dagforge/eu-central-1/analytics/task/"
  description = "Starts the task dbt-sales"

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

resource "aws_iam_role_policy" "execution_dbt_sales" {
  name = "permissions"
  role = aws_iam_role.execution_dbt_sales.id

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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/analytics/task/dbt-sales",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/task/dbt-sales:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          local.secret_warehouse_dbt_sales,
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "task_dbt_sales" {
  name              = "/dagforge/analytics/task/dbt-sales"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "task_dbt_sales" {
  name        = "analytics-eu-central-1-task-dbt-sales-task"
  path        = "/dagforge/eu-central-1/analytics/task/"
  description = "Runs the task dbt-sales"

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

resource "aws_iam_role_policy" "task_dbt_sales" {
  name = "permissions"
  role = aws_iam_role.task_dbt_sales.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadPackage"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.code_bucket}/packages/sales.tar.gz",
        ]
      },
      {
        Sid    = "Permission1"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:aws:s3:::analytics-dbt-docs/sales/*",
        ]
      },
    ]
  })
}

resource "aws_ecs_task_definition" "task_dbt_sales" {
  family                   = "analytics_task_dbt-sales"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.execution_dbt_sales.arn
  task_role_arn            = aws_iam_role.task_dbt_sales.arn

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
    name = "archive"
  }

  volume {
    name = "package"
  }

  container_definitions = jsonencode([
    {
      name      = "package"
      image     = "public.ecr.aws/aws-cli/aws-cli:2.31.23"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        "aws s3api get-object --bucket \"$DAGFORGE_CODE_BUCKET\" --key \"$DAGFORGE_PACKAGE\" /opt/archive/package.tar.gz > /dev/null || { echo \"$DAGFORGE_PACKAGE cannot be fetched: was the package uploaded?\" >&2; exit 1; }\n",
      ]

      user                   = "0:0"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_CODE_BUCKET", value = local.code_bucket },
        { name = "DAGFORGE_PACKAGE", value = "packages/sales.tar.gz" },
      ]

      mountPoints = [
        { sourceVolume = "archive", containerPath = "/opt/archive", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.task_log_group_dbt_sales
          awslogs-region        = local.region
          awslogs-stream-prefix = "package"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
    {
      name      = "unpack"
      image     = "${local.repository_uri_dbt_sales}:${local.gitrev_dbt_sales}"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        join("\n", [
          "cd /opt/package",
          "tar -xzof /opt/archive/package.tar.gz",
          "chown -R 1000:1000 .",
          "chmod 1777 /tmp\n",
        ]),
      ]

      user                   = "0:0"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      dependsOn = [
        { containerName = "package", condition = "SUCCESS" },
      ]

      mountPoints = [
        { sourceVolume = "archive", containerPath = "/opt/archive", readOnly = true },
        { sourceVolume = "package", containerPath = "/opt/package", readOnly = false },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.task_log_group_dbt_sales
          awslogs-region        = local.region
          awslogs-stream-prefix = "unpack"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
    {
      name      = "task"
      image     = "${local.repository_uri_dbt_sales}:${local.gitrev_dbt_sales}"
      essential = true

      command = [
        "dbt",
        "build",
        "--profiles-dir",
        ".",
        "--target",
        "prod",
      ]

      workingDirectory = "/opt/package"

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 120
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "unpack", condition = "SUCCESS" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
      ]

      secrets = [
        { name = "WAREHOUSE_PASSWORD", valueFrom = "${local.secret_warehouse_dbt_sales}:password::" },
        { name = "WAREHOUSE_USER", valueFrom = "${local.secret_warehouse_dbt_sales}:user::" },
      ]

      mountPoints = [
        { sourceVolume = "package", containerPath = "/opt/package", readOnly = false },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.task_log_group_dbt_sales
          awslogs-region        = local.region
          awslogs-stream-prefix = "task"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_iam_role" "schedule_dbt_sales" {
  name        = "analytics-eu-central-1-task-dbt-sales-schedule"
  path        = "/dagforge/eu-central-1/analytics/service/"
  description = "Starts the task dbt-sales by its schedule"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "scheduler.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/default" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "schedule_dbt_sales" {
  name = "permissions"
  role = aws_iam_role.schedule_dbt_sales.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "StartTasks"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/analytics_task_dbt-sales:*",
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
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-sales-task",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-sales-execution",
        ]

        Condition = { "StringEquals" = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_scheduler_schedule" "task_dbt_sales" {
  name                         = "analytics_task_dbt-sales"
  group_name                   = "default"
  description                  = "Starts the task dbt-sales by its schedule"
  schedule_expression          = "cron(0 3 * * ? *)"
  schedule_expression_timezone = "Europe/Berlin"
  state                        = var.services_enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics"
    role_arn = aws_iam_role.schedule_dbt_sales.arn

    ecs_parameters {
      task_definition_arn     = aws_ecs_task_definition.task_dbt_sales.arn
      task_count              = 1
      launch_type             = "FARGATE"
      enable_ecs_managed_tags = true
      propagate_tags          = "TASK_DEFINITION"

      network_configuration {
        assign_public_ip = false
        security_groups  = [local.task_security_group]
        subnets          = [local.private_subnet_1, local.private_subnet_2]
      }
    }

    retry_policy {
      maximum_retry_attempts       = 5
      maximum_event_age_in_seconds = 3600
    }
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.execution_dbt_sales,
    aws_iam_role_policy.schedule_dbt_sales,
  ]
}
