variable "gitrev" {
  description = "Revision of every image that is not pinned in releases"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.gitrev)) && var.gitrev != "latest"
    error_message = "A revision is an image tag, usually a commit's hash, and never latest."
  }
}

variable "releases" {
  description = "Revisions of code locations and tasks that are released on their own, by key; kept in releases.auto.tfvars.json"
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for revision in values(var.releases) : can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", revision)) && revision != "latest"])
    error_message = "A revision is an image tag, usually a commit's hash, and never latest."
  }

  validation {
    condition     = length(setsubtract(keys(var.releases), ["invoices", "reports"])) == 0
    error_message = "A key of releases is neither a code location nor a task of this deployment that takes a revision."
  }
}

variable "services_enabled" {
  description = "False keeps every service at zero tasks: for the first apply, before the images are pushed"
  type        = bool
  default     = true
  nullable    = false
}
