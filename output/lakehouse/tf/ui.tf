locals {
  webserver_log_group = aws_cloudwatch_log_group.core_webserver.name
}

resource "aws_lb" "ui" {
  load_balancer_type         = "application"
  internal                   = true
  ip_address_type            = "ipv4"
  security_groups            = [local.load_balancer_security_group]
  subnets                    = [local.private_subnet_1, local.private_subnet_2]
  drop_invalid_header_fields = true
  enable_deletion_protection = true
  idle_timeout               = 600

  tags = { Name = "lakehouse-ui" }
}

resource "aws_acm_certificate" "ui" {
  domain_name       = "dagster.lakehouse.example.com"
  validation_method = "DNS"

  tags = { Name = "lakehouse-ui" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "ui_validation" {
  for_each = {
    for option in aws_acm_certificate.ui.domain_validation_options : option.domain_name => option
  }

  zone_id         = "Z0123456789ABCDEFGHIJ"
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "ui" {
  certificate_arn         = aws_acm_certificate.ui.arn
  validation_record_fqdns = [for record in aws_route53_record.ui_validation : record.fqdn]
}

locals {
  ui_certificate = aws_acm_certificate_validation.ui.certificate_arn
}

resource "aws_lb_listener" "ui" {
  load_balancer_arn = aws_lb.ui.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.ui_certificate

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ui.arn
  }
}

resource "aws_lb_listener" "ui_redirect" {
  load_balancer_arn = aws_lb.ui.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_route53_record" "ui" {
  zone_id = "Z0123456789ABCDEFGHIJ"
  name    = "dagster.lakehouse.example.com"
  type    = "A"

  alias {
    name                   = aws_lb.ui.dns_name
    zone_id                = aws_lb.ui.zone_id
    evaluate_target_health = false
  }
}

resource "aws_iam_role" "core_webserver_execution" {
  name        = "lakehouse-eu-west-1-webserver-execution"
  path        = "/dagforge/eu-west-1/lakehouse/service/"
  description = "Starts the Dagster webserver"

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

resource "aws_iam_role_policy" "core_webserver_execution" {
  name = "permissions"
  role = aws_iam_role.core_webserver_execution.id

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
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/lakehouse/core",
        ]
      },
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/lakehouse/webserver:log-stream:*",
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

resource "aws_lb_target_group" "ui" {
  vpc_id               = local.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 3000
  deregistration_delay = 30

  health_check {
    path                = "/server_info"
    interval            = 30
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
    matcher             = "200"
  }

  tags = { Name = "lakehouse-ui" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "core_webserver" {
  name              = "/dagforge/lakehouse/webserver"
  retention_in_days = 365

  kms_key_id = local.kms_key_arn

  skip_destroy = true
}

resource "aws_iam_role" "core_webserver" {
  name        = "lakehouse-eu-west-1-webserver"
  path        = "/dagforge/eu-west-1/lakehouse/service/"
  description = "Dagster webserver"

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

resource "aws_iam_role_policy" "core_webserver" {
  name = "permissions"
  role = aws_iam_role.core_webserver.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadConfig"
        Effect = "Allow"
        Action = ["s3:GetObjectVersion"]
        Resource = [
          "arn:${local.partition}:s3:::${local.config_bucket}/config/*",
        ]
      },
      {
        Sid    = "WatchRuns"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/lakehouse/*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/lakehouse" } }
      },
      {
        Sid    = "ReadComputeLogs"
        Effect = "Allow"
        Action = ["s3:GetObject"]
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
        Sid    = "UseKeyOfObjects"
        Effect = "Allow"
        Action = ["kms:Decrypt"]
        Resource = [
          local.kms_key_arn,
        ]

        Condition = { "StringEquals" = { "kms:ViaService" = "s3.eu-west-1.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "core_webserver" {
  family                   = "lakehouse_core_webserver"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.core_webserver_execution.arn
  task_role_arn            = aws_iam_role.core_webserver.arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "config"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name      = "config"
      image     = "public.ecr.aws/aws-cli/aws-cli:2.31.23"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        join("\n", [
          "umask 0222",
          "cd /opt/dagster/dagster_home",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/dagster.yaml --version-id ${local.dagster_yaml_version} dagster.yaml > /dev/null || { echo \"dagster.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/workspace.yaml --version-id ${local.workspace_yaml_version} workspace.yaml > /dev/null || { echo \"workspace.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "sed -i \"s|__DAGFORGE_SUBNET_1__|$${DAGFORGE_SUBNET_1:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SUBNET_2__|$${DAGFORGE_SUBNET_2:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SECURITY_GROUP__|$${DAGFORGE_SECURITY_GROUP:?is empty}|\" dagster.yaml",
          "left=$(sed -n '/__DAGFORGE_/p' dagster.yaml)",
          "if [ -n \"$left\" ]; then echo \"dagster.yaml has a token left: $left\" >&2; exit 1; fi\n",
        ]),
      ]

      user                   = "0:0"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" },
        { name = "DAGFORGE_CONFIG_BUCKET", value = local.config_bucket },
        { name = "DAGFORGE_SECURITY_GROUP", value = local.run_security_group },
        { name = "DAGFORGE_SUBNET_1", value = local.private_subnet_1 },
        { name = "DAGFORGE_SUBNET_2", value = local.private_subnet_2 },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/dagster_home", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "config"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
    {
      name      = "webserver"
      image     = "${local.repository_uri}:${var.gitrev}"
      essential = true

      command = [
        "dagster-webserver",
        "-h",
        "0.0.0.0",
        "-p",
        "3000",
        "-w",
        "/opt/dagster/dagster_home/workspace.yaml",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
      ]

      portMappings = [
        { containerPort = 3000, hostPort = 3000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_HOME", value = "/opt/dagster/dagster_home" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/dagster_home", readOnly = true },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "webserver"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "core_webserver" {
  name            = "lakehouse_core_webserver"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.core_webserver.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "lakehouse_core_webserver" }

  health_check_grace_period_seconds = 120

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.webserver_security_group]
    subnets          = [local.private_subnet_1, local.private_subnet_2]
  }

  load_balancer {
    container_name   = "webserver"
    container_port   = 3000
    target_group_arn = aws_lb_target_group.ui.arn
  }

  lifecycle {
    # Application Auto Scaling decides how many tasks there are; an apply would set the number back.
    ignore_changes = [desired_count]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.core_webserver_execution,
    aws_iam_role_policy.core_webserver,
    aws_lb_listener.ui,
  ]
}

# The limits are zero as long as services are off. A service is scaled to the least number as soon as that rises.
resource "aws_appautoscaling_target" "core_webserver" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = join("/", ["service", "lakehouse", aws_ecs_service.core_webserver.name])
  min_capacity       = var.services_enabled ? 1 : 0
  max_capacity       = var.services_enabled ? 3 : 0
}

resource "aws_appautoscaling_policy" "core_webserver" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.core_webserver.service_namespace
  scalable_dimension = aws_appautoscaling_target.core_webserver.scalable_dimension
  resource_id        = aws_appautoscaling_target.core_webserver.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
