locals {
  gitrev_dbt_finance           = lookup(var.releases, "dbt-finance", var.gitrev)
  task_log_group_dbt_finance   = aws_cloudwatch_log_group.task_dbt_finance.name
  secret_warehouse_dbt_finance = aws_secretsmanager_secret.secret_warehouse_dbt_finance.arn
}

# Empty on purpose: `aws secretsmanager put-secret-value` fills it, and no apply touches the value.
resource "aws_secretsmanager_secret" "secret_warehouse_dbt_finance" {
  name                    = "analytics/dbt-finance/warehouse"
  description             = "warehouse of the task dbt-finance (analytics): created empty, filled by hand"
  recovery_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_role" "execution_dbt_finance" {
  name        = "analytics-eu-central-1-task-dbt-finance-execution"
  path        = "/dagforge/eu-central-1/analytics/task/"
  description = "Starts the task dbt-finance"

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

resource "aws_iam_role_policy" "execution_dbt_finance" {
  name = "permissions"
  role = aws_iam_role.execution_dbt_finance.id

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
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/task/dbt-finance:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          local.secret_warehouse_dbt_finance,
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "task_dbt_finance" {
  name              = "/dagforge/analytics/task/dbt-finance"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "task_dbt_finance" {
  name        = "analytics-eu-central-1-task-dbt-finance-task"
  path        = "/dagforge/eu-central-1/analytics/task/"
  description = "Runs the task dbt-finance"

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

resource "aws_iam_role_policy" "task_dbt_finance" {
  name = "permissions"
  role = aws_iam_role.task_dbt_finance.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadPackage"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.code_bucket}/packages/finance-*.tar.gz",
        ]
      },
    ]
  })
}

resource "aws_ecs_task_definition" "task_dbt_finance" {
  family                   = "analytics_task_dbt-finance"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "1024"
  memory                   = "4096"
  execution_role_arn       = aws_iam_role.execution_dbt_finance.arn
  task_role_arn            = aws_iam_role.task_dbt_finance.arn

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
        { name = "DAGFORGE_PACKAGE", value = "packages/finance-${local.gitrev_dbt_finance}.tar.gz" },
      ]

      mountPoints = [
        { sourceVolume = "archive", containerPath = "/opt/archive", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.task_log_group_dbt_finance
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
          awslogs-group         = local.task_log_group_dbt_finance
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
        { name = "DBT_THREADS", value = "8" },
      ]

      secrets = [
        { name = "WAREHOUSE_PASSWORD", valueFrom = "${local.secret_warehouse_dbt_finance}:password::" },
        { name = "WAREHOUSE_USER", valueFrom = "${local.secret_warehouse_dbt_finance}:user::" },
      ]

      mountPoints = [
        { sourceVolume = "package", containerPath = "/opt/package", readOnly = false },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.task_log_group_dbt_finance
          awslogs-region        = local.region
          awslogs-stream-prefix = "task"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}
